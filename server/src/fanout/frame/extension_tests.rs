//! Offers as clients make them, and as they should not.

use super::*;

/// What is agreed with a policy of 10 bits, and the answer behind what it always begins with.
fn answer(offers: &[&str]) -> Option<(u8, bool, String)> {
    let (Agreed { window_bits, context }, answer) = negotiate(offers.iter().copied(), Policy { window_bits: 10 })?;
    let rest = answer.strip_prefix("permessage-deflate; client_no_context_takeover").expect("it always says that");
    Some((window_bits, context, rest.to_owned()))
}

#[test]
fn what_browsers_and_libraries_offer_is_accepted() {
    let ten = || Some((10, true, "; server_max_window_bits=10".to_owned()));
    for offer in [
        // Chromium, Firefox.
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate",
        // Safari, beside an older extension.
        "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=15",
        "permessage-deflate; client_no_context_takeover; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
        "permessage-deflate;server_max_window_bits=\"15\"",
        " permessage-deflate\t; server_max_window_bits = 10 ",
        "bbf; x=\"a,b; \\\" c\", permessage-deflate",
    ] {
        assert_eq!(answer(&[offer]), ten(), "{offer}");
    }
}

#[test]
fn what_an_offer_demands_is_kept_to() {
    let alone = "; server_no_context_takeover; server_max_window_bits=10";
    assert_eq!(answer(&["permessage-deflate; server_no_context_takeover"]), Some((10, false, alone.to_owned())));
    let nine = answer(&["permessage-deflate; server_max_window_bits=9"]);
    assert_eq!(nine, Some((9, true, "; server_max_window_bits=9".to_owned())));
}

#[test]
fn the_largest_window_is_named_only_to_who_names_it() {
    let agreed = |offer| negotiate([offer].into_iter(), Policy { window_bits: 15 }).map(|(_, answer)| answer);
    let plain = "permessage-deflate; client_no_context_takeover";
    assert_eq!(agreed("permessage-deflate").as_deref(), Some(plain));
    let named = agreed("permessage-deflate; server_max_window_bits=15");
    assert_eq!(named, Some(format!("{plain}; server_max_window_bits=15")));
}

#[test]
fn an_offer_that_cannot_be_accepted_leaves_the_next() {
    for bad in [
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=09",
        "permessage-deflate; server_max_window_bits=+9",
        "permessage-deflate; server_max_window_bits=",
        "permessage-deflate; server_max_window_bits=\"10",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; unknown",
        "permessage-deflate;",
        "permessage-bzip2",
        "",
        ", ,",
        "\"permessage-deflate",
    ] {
        assert_eq!(answer(&[bad]), None, "{bad}");
        let second = [bad, "permessage-deflate; server_max_window_bits=9"];
        assert_eq!(answer(&second).map(|(bits, ..)| bits), Some(9), "{bad}");
        if !bad.contains('"') {
            assert_eq!(answer(&[&second.join(",")]).map(|(bits, ..)| bits), Some(9), "{bad}");
        }
    }
    assert_eq!(answer(&[]), None);
}

#[test]
fn our_client_understands_our_server_and_others() {
    for window_bits in 9..=15 {
        let (agreed, answer) = negotiate([offer()].into_iter(), Policy { window_bits }).unwrap();
        assert_eq!(agreed, Agreed { window_bits, context: true });
        let expected = Accepted { window_bits, context: true, client_window_bits: 15, client_context: false };
        assert_eq!(accepted(&answer), Some(expected));
    }
    let other = accepted("permessage-deflate; server_no_context_takeover; client_max_window_bits=11");
    let expected = Accepted { window_bits: 15, context: false, client_window_bits: 11, client_context: true };
    assert_eq!(other, Some(expected));
    for wrong in [
        "",
        "permessage-bzip2",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate, permessage-deflate",
    ] {
        assert_eq!(accepted(wrong), None, "{wrong}");
    }
}
