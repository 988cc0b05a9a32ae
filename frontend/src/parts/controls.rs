//! Small controls: buttons with an icon, a choice between few, a choice between many.

use leptos::prelude::*;

use super::icon::{Icon, icon};

/// A button that is an icon; its label is its name and its tooltip.
#[component]
pub fn IconButton(
    /// What it looks like.
    shape: Icon,
    /// What it does.
    #[prop(into)]
    label: Signal<String>,
    /// Does it.
    press: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button class="ghost" aria-label=label title=label on:click=move |_| press()>
            {icon(shape)}
        </button>
    }
}

/// A few choices side by side, one of them pressed.
#[component]
pub fn Segments<T: Copy + PartialEq + Send + Sync + 'static>(
    /// What is chosen.
    label: &'static str,
    /// The choices and what they are called.
    choices: Vec<(T, &'static str)>,
    /// The present one.
    #[prop(into)]
    value: Signal<T>,
    /// Chooses another.
    choose: impl Fn(T) + Copy + 'static,
) -> impl IntoView {
    let button = move |(choice, name): (T, &'static str)| {
        view! {
            <button aria-pressed=move || (value.get() == choice).to_string() on:click=move |_| choose(choice)>
                {name}
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label=label>
            {choices.into_iter().map(button).collect_view()}
        </div>
    }
}

/// A switch that is on or off.
#[component]
pub fn Toggle(
    /// What it switches.
    label: &'static str,
    /// What explains it.
    #[prop(optional)]
    hint: &'static str,
    /// Drawn before the label.
    #[prop(optional)]
    shape: Option<Icon>,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Turns it over.
    flip: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button class="toggle" title=hint aria-pressed=move || on.get().to_string() on:click=move |_| flip()>
            {shape.map(icon)}
            <span>{label}</span>
        </button>
    }
}

/// A list of numbers to choose from.
#[component]
pub fn Threshold(
    /// What is chosen.
    label: &'static str,
    /// The numbers and what they are called.
    choices: Vec<(i64, String)>,
    /// The present one.
    #[prop(into)]
    value: Signal<i64>,
    /// Chooses another.
    choose: impl Fn(i64) + 'static,
) -> impl IntoView {
    let option = move |(number, name): (i64, String)| {
        view! { <option value=number.to_string() selected=move || value.get() == number>{name}</option> }
    };
    let changed = move |text: String| choose(text.parse().unwrap_or(0));
    view! {
        <select
            class="threshold"
            aria-label=label
            title=label
            class:set=move || value.get() != 0
            on:change:target=move |event| changed(event.target().value())
        >
            {choices.into_iter().map(option).collect_view()}
        </select>
    }
}
