//! A guest of `wit/shop.wit`: it buys one of each article that it can pay.

use shop::contract::stock::{Basket, Refusal, articles};

wit_bindgen::generate!({ path: "wit", world: "customer" });

struct Customer;

impl Guest for Customer {
    fn buy(cents: u32) -> String {
        let basket = Basket::new("Ada");
        let mut price = 0;
        let mut notes = Vec::new();
        for article in articles() {
            if price + article.cents > cents {
                break;
            }
            match basket.add(&article.name, 1) {
                Ok(total) => price = total,
                Err(Refusal::Unknown(name)) => notes.push(format!("no {name}")),
                Err(Refusal::TooFew(left)) => notes.push(format!("{left} {} left", article.name)),
            }
        }
        format!("{} pays {price}; {}", basket.customer(), notes.join(", "))
    }
}

export!(Customer);
