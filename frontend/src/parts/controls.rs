//! Small controls: buttons with an icon, a choice between few, a choice between many.

use super::el::{El, el, of};
use super::icon::{Icon, icon};

/// A button that is an icon; its label is its name and its tooltip.
pub fn icon_button(shape: Icon, label: &str, press: impl Fn() + 'static) -> El {
    of("button", "ghost").label(label).kid(icon(shape)).press(press)
}

/// A few choices side by side, one of them pressed: the one of which `is` says so.
pub fn segments(
    label: &str,
    choices: &[&str],
    is: impl Fn(usize) -> bool + Clone + 'static,
    choose: impl Fn(usize) + Clone + 'static,
) -> El {
    let button = |(at, name): (usize, &&str)| {
        let (is, choose) = (is.clone(), choose.clone());
        el("button").text(name).pressed(move || is(at)).press(move || choose(at))
    };
    of("div", "segments")
        .attr("role", "group")
        .attr("aria-label", label)
        .kids(&choices.iter().enumerate().map(button).collect::<Vec<_>>())
}

/// A switch that is on or off.
pub fn toggle(label: &str, hint: &str, on: impl Fn() -> bool + 'static, flip: impl Fn() + 'static) -> El {
    of("button", "toggle").attr("title", hint).kid(el("span").text(label)).pressed(on).press(flip)
}

/// A list of values to choose from; `is` says which is the present one.
pub fn choice(
    label: &str,
    options: impl IntoIterator<Item = (String, String)>,
    is: impl Fn(&str) -> bool + Clone + 'static,
    choose: impl Fn(String) + 'static,
) -> El {
    let option = |(value, name): (String, String)| {
        let is = is.clone();
        el("option").attr("value", &value).text(&name).selected_from(move || is(&value))
    };
    of("select", "choice")
        .label(label)
        .kids(&options.into_iter().map(option).collect::<Vec<_>>())
        .input("change", choose)
}

/// A checkbox with its label.
pub fn checkbox(label: &str, hint: &str, is: impl Fn() -> bool + 'static, flip: impl Fn() + 'static) -> El {
    let input = el("input").attr("type", "checkbox").checked_from(is).on("change", move |_| flip());
    of("label", "check").attr("title", hint).kid(input).text(label)
}

/// Text that is heard and not seen.
pub fn unseen(text: &str) -> El {
    of("span", "unseen").text(text)
}
