//! The chart of a panel: a JavaScript module that is loaded when it is first needed.

use js_sys::{Float64Array, Promise};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlElement;

use crate::app::App;
use crate::domain::darkpool::detail::Line;
use crate::model::clock::Zone;
use crate::platform::meta;

#[wasm_bindgen]
extern "C" {
    /// The browser's dynamic import; the address is relative to the module of the page.
    #[wasm_bindgen(js_name = import, catch)]
    fn import(address: &str) -> Result<Promise, JsValue>;

    /// `chart/chart.mjs`.
    type ChartModule;
    #[wasm_bindgen(method)]
    fn create(this: &ChartModule, host: &HtmlElement, zone: &str) -> ChartHandle;

    type ChartHandle;
    #[wasm_bindgen(method)]
    fn data(this: &ChartHandle, seconds: Float64Array, cents: Float64Array, micros: Float64Array);
    #[wasm_bindgen(method)]
    fn paint(this: &ChartHandle, zone: &str);
    #[wasm_bindgen(method)]
    fn remove(this: &ChartHandle);
}

/// The chart; it draws `line` whenever that changes.
#[component]
pub fn Chart(
    /// What to draw.
    line: RwSignal<Line>,
) -> impl IntoView {
    let settings = App::get().settings;
    let host = NodeRef::<html::Div>::new();
    let handle = StoredValue::new_local(None::<ChartHandle>);
    let failed = RwSignal::new(false);
    let ready = RwSignal::new(false);
    let zone = move || match settings.zone.get() {
        Zone::NewYork => "America/New_York",
        Zone::Local => "",
        Zone::Utc => "UTC",
    };

    Effect::new(move || {
        let Some(host) = host.get() else { return };
        spawn_local(async move {
            let Some(module) = load().await else {
                failed.try_set(true);
                return;
            };
            // The panel may be closed by now.
            if ready.is_disposed() {
                return;
            }
            handle.set_value(Some(module.create(&host, untrack(zone))));
            ready.set(true);
        });
    });
    Effect::new(move || {
        let line = line.get();
        if ready.get() {
            handle.with_value(|chart| {
                if let Some(chart) = chart {
                    chart.data(column(&line.seconds), column(&line.cents), column(&line.micros));
                }
            });
        }
    });
    Effect::new(move || {
        settings.theme.track();
        let zone = zone();
        if ready.get() {
            handle.with_value(|chart| chart.as_ref().inspect(|chart| chart.paint(zone)).is_some());
        }
    });
    on_cleanup(move || {
        handle.try_update_value(|chart| chart.take().map(|chart| chart.remove()));
    });

    let empty = move || line.with(|line| line.seconds.is_empty());
    let state = move || match (failed.get(), ready.get(), empty()) {
        (true, ..) => "The chart could not be loaded.",
        (_, false, _) => "Loading the chart\u{2026}",
        (_, true, true) => "No prints yet.",
        (_, true, false) => "",
    };
    view! {
        <div class="chart">
            <div class="chart-host" node_ref=host aria-hidden="true"></div>
            <p class="chart-state">{state}</p>
        </div>
    }
}

async fn load() -> Option<ChartModule> {
    let promise = import(&meta("chart")?).ok()?;
    JsFuture::from(promise).await.ok().map(JsCast::unchecked_into)
}

/// A chart draws floats; what is exact is said in text.
#[expect(clippy::cast_precision_loss, reason = "a pixel is coarser than what is lost")]
fn column(values: &[i64]) -> Float64Array {
    let floats: Vec<f64> = values.iter().map(|value| *value as f64).collect();
    Float64Array::from(&floats[..])
}
