//! Small controls: buttons with an icon, a choice between few, a choice between many.

use shared::order::names;

use super::el::{El, el, memo, of};
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

/// A choice between what there is now, or any of it, for a region: what there is changes. What is chosen can
/// be seen also while there is none of it.
pub fn pick(
    label: &'static str,
    any: &'static str,
    found: impl Fn() -> Vec<String> + Send + Sync + 'static,
    name: impl Fn(&str) -> String + 'static,
    chosen: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
    choose: impl Fn(Option<String>) + Copy + 'static,
) -> impl Fn() -> Vec<El> + 'static {
    let known = memo(move || names(found().into_iter().chain(chosen())));
    move || {
        let keys = known.get().into_iter().map(|key| (key.clone(), name(&key)));
        vec![choice(
            label,
            std::iter::once((String::new(), any.to_owned())).chain(keys),
            move |value| chosen().unwrap_or_default() == value,
            move |value| choose((!value.is_empty()).then_some(value)),
        )]
    }
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
