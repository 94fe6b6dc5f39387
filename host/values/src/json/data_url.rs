//! Encodes and decodes bytes as a data URL (RFC 2397) in base64 (RFC 4648): `data:;base64,AP8=`. It
//! does not know values or JSON.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SCHEME: &str = "data:";
const BASE64: &str = ";base64";

/// Returns the bytes as a URL without a media type.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut url = String::with_capacity(13 + bytes.len().div_ceil(3) * 4);
    url.push_str("data:;base64,");
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 0x3f;
            let is_there = usize::try_from(digit).is_ok_and(|digit| digit <= chunk.len());
            let shown = if is_there { DIGITS.get(value as usize).copied() } else { None };
            url.push(char::from(shown.unwrap_or(b'=')));
        }
    }
    url
}

/// Returns the bytes of a URL of any media type. The `=` at the end may be missing.
///
/// # Errors
/// What is wrong with the URL.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, String> {
    let is_scheme =
        text.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
    let url = is_scheme.then(|| text.get(SCHEME.len()..)).flatten();
    let Some((media, data)) = url.and_then(|rest| rest.split_once(',')) else {
        return Err("bytes as text are a data URL, such as `data:;base64,AP8=`".into());
    };
    let ends = media.len().checked_sub(BASE64.len()).and_then(|at| media.get(at..));
    if !ends.is_some_and(|end| end.eq_ignore_ascii_case(BASE64)) {
        return Err("the data URL is not in base64; write `;base64` before its comma".into());
    }
    base64(data)
}

fn base64(text: &str) -> Result<Vec<u8>, String> {
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    let digits = text.get(..text.len() - padding).unwrap_or_default().as_bytes();
    let has_length = match (digits.len() % 4, padding) {
        // One digit is six bits, and no byte.
        (1, _) => false,
        (_, 0) => true,
        (left, padding) => left != 0 && left + padding == 4,
    };
    if !has_length {
        return Err("the base64 of the data URL is cut off, or has too much behind it".into());
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for (chunk, at) in digits.chunks(4).zip((0..).step_by(4)) {
        let mut bits = 0_u32;
        for (digit, place) in chunk.iter().zip(0_usize..) {
            let value = value_of(*digit).ok_or_else(|| {
                format!("character {} of the data is no digit of base64", at + place + 1)
            })?;
            bits |= u32::from(value) << (18 - 6 * place);
        }
        let [_, whole @ ..] = bits.to_be_bytes();
        let (used, unused) = whole.split_at(chunk.len() - 1);
        // Otherwise several texts would stand for the same bytes.
        if unused.iter().any(|byte| *byte != 0) {
            return Err("the last digit of the base64 has bits that stand for nothing".into());
        }
        bytes.extend_from_slice(used);
    }
    Ok(bytes)
}

fn value_of(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_ones() {
        for (bytes, url) in [
            (&b""[..], "data:;base64,"),
            (b"f", "data:;base64,Zg=="),
            (b"fo", "data:;base64,Zm8="),
            (b"foo", "data:;base64,Zm9v"),
            (b"foob", "data:;base64,Zm9vYg=="),
            (b"fooba", "data:;base64,Zm9vYmE="),
            (b"foobar", "data:;base64,Zm9vYmFy"),
            (b"\xfb\xff", "data:;base64,+/8="),
        ] {
            assert_eq!(encode(bytes), url);
            assert_eq!(decode(url).as_deref(), Ok(bytes), "{url}");
            assert_eq!(decode(url.trim_end_matches('=')).as_deref(), Ok(bytes), "{url}");
        }
        assert_eq!(decode("DATA:text/plain;charset=utf-8;Base64,Zm8").as_deref(), Ok(&b"fo"[..]));
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "data",
            "data:",
            "data:,",
            "data:,a",
            "data:base64,AA==",
            "text",
            "http://a/,b",
            "data:;base64,A",
            "data:;base64,A===",
            "data:;base64,AA=",
            "data:;base64,AAA==",
            "data:;base64,AAAA=",
            "data:;base64,AB==",
            "data:;base64,A A=",
            "data:;base64,AA==AA==",
            "data:;base64,ÄA==",
            "data:;base64,A-_=",
            "data\u{e4}:;base64,AA==",
            "data:é;base6,",
        ] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes: Vec<u8>) {
            prop_assert_eq!(decode(&encode(&bytes)), Ok(bytes));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(data:)?(;base64)?,?[A-Za-z0-9+/=é]*") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(decode(&encode(&bytes)), Ok(bytes));
            }
        }
    }
}
