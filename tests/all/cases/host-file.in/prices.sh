# Serves `shop:prices/prices` to guests, as `--import 'shop:prices=exec:sh prices.sh'`. It looks
# for what it needs in the text of a message, and is no JSON parser: texts with quotes in them
# are beyond it.
while IFS= read -r line; do
    case $line in *'"id":'*) ;; *) continue ;; esac # A notification, as `cancel`.
    id=${line#*'"id":'}
    id=${id%%,*}
    case $line in
        *'"method":"hello"'*) answer='"result":{"functions":["shop:prices/prices.price"]}' ;;
        *'"method":"shop:prices/prices.price"'*)
            article=${line#*'"article":"'}
            article=${article%%'"'*}
            case $article in
                tea) answer='"result":250' ;;
                salt) answer='"result":99' ;;
                *) answer='"error":{"code":1,"message":"there is no '$article'"}' ;;
            esac
            ;;
        *) answer='"error":{"code":-32601,"message":"no such function"}' ;;
    esac
    printf '{"jsonrpc":"2.0","id":%s,%s}\n' "$id" "$answer"
done
