//! The chart of a panel: a JavaScript module that is loaded when it is first needed.

use js_sys::{Float64Array, Promise};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

use super::el::{El, effect, of};
use crate::app::App;
use crate::domain::darkpool::detail::Line;
use crate::model::clock::Zone;
use crate::platform::{meta, spawn};

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
pub fn chart(app: App, line: RwSignal<Line>) -> El {
    let settings = app.settings;
    let host = of("div", "chart-host").attr("aria-hidden", "true");
    let handle = StoredValue::new_local(None::<ChartHandle>);
    let (failed, ready) = (RwSignal::new(false), RwSignal::new(false));
    let zone = move || match settings.zone.get() {
        Zone::NewYork => "America/New_York",
        Zone::Local => "",
        Zone::Utc => "UTC",
    };

    let element = host.element().clone();
    spawn(async move {
        let module = load().await;
        // The panel may be closed by now.
        if ready.is_disposed() {
            return;
        }
        match module {
            Some(module) => {
                handle.set_value(Some(module.create(&element, untrack(zone))));
                ready.set(true);
            }
            None => failed.set(true),
        }
    });
    let tell = move |tell: &dyn Fn(&ChartHandle)| {
        handle.with_value(|chart| {
            if let Some(chart) = chart {
                tell(chart);
            }
        });
    };
    effect(move || {
        ready.track();
        let line = line.get();
        tell(&|chart| chart.data(column(&line.seconds), column(&line.cents), column(&line.micros)));
    });
    effect(move || {
        ready.track();
        settings.theme.track();
        let zone = zone();
        tell(&|chart| chart.paint(zone));
    });
    on_cleanup(move || {
        if let Some(Some(chart)) = handle.try_update_value(Option::take) {
            chart.remove();
        }
    });

    let state = move || match (failed.get(), ready.get(), line.with(|line| line.seconds.is_empty())) {
        (true, ..) => "The chart could not be loaded.".to_owned(),
        (_, false, _) => "Loading the chart\u{2026}".to_owned(),
        (_, true, true) => "No prints yet.".to_owned(),
        (_, true, false) => String::new(),
    };
    of("div", "chart").kid(host).kid(of("p", "chart-state").text_from(state))
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
