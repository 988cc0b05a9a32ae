//! Charts: a JavaScript module that is loaded when it is first needed.

use js_sys::{Array, Float64Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

use super::el::{El, effect, of};
use crate::app::App;
use crate::domain::darkpool::detail::Line;
use crate::model::clock::Zone;
use crate::model::series::Series;
use crate::platform::{meta, spawn};
use crate::reactive::*;

#[wasm_bindgen]
extern "C" {
    /// The browser's dynamic import; the address is relative to the module of the page.
    #[wasm_bindgen(js_name = import, catch)]
    fn import(address: &str) -> Result<Promise, JsValue>;

    /// `chart/chart.mjs`.
    type ChartModule;
    #[wasm_bindgen(method)]
    fn create(this: &ChartModule, host: &HtmlElement, zone: &str) -> ChartHandle;
    #[wasm_bindgen(method)]
    fn lines(this: &ChartModule, host: &HtmlElement, zone: &str, unit: &str) -> ChartHandle;

    type ChartHandle;
    #[wasm_bindgen(method, js_name = data)]
    fn net_and_price(this: &ChartHandle, seconds: Float64Array, cents: Float64Array, micros: Float64Array);
    #[wasm_bindgen(method, js_name = data)]
    fn series(this: &ChartHandle, list: Array);
    #[wasm_bindgen(method)]
    fn paint(this: &ChartHandle, zone: &str, unit: &str);
    #[wasm_bindgen(method)]
    fn remove(this: &ChartHandle);
}

/// What kind of chart it is, and what it draws whenever that changes.
#[derive(Clone, Copy)]
enum Kind {
    NetAndPrice(RwSignal<Line>),
    Lines(RwSignal<Vec<Series>>),
}

impl Kind {
    fn make(self, module: &ChartModule, host: &HtmlElement, zone: &str, unit: &str) -> ChartHandle {
        match self {
            Kind::NetAndPrice(_) => module.create(host, zone),
            Kind::Lines(_) => module.lines(host, zone, unit),
        }
    }

    /// Tracked.
    fn draw(self, chart: &ChartHandle) {
        match self {
            Kind::NetAndPrice(line) => line.with(|line| {
                chart.net_and_price(column(&line.seconds), column(&line.cents), column(&line.micros));
            }),
            Kind::Lines(lines) => lines.with(|lines| {
                let list = lines.iter().map(|line| {
                    let style = JsValue::from(line.style);
                    Array::of3(&style, &column(&line.seconds), &column(&line.micros))
                });
                chart.series(list.collect());
            }),
        }
    }

    /// Tracked.
    fn is_empty(self) -> bool {
        match self {
            Kind::NetAndPrice(line) => line.with(|line| line.seconds.is_empty()),
            Kind::Lines(lines) => lines.with(|lines| lines.iter().all(|line| line.seconds.is_empty())),
        }
    }
}

/// A ticker's chart.
pub fn chart(app: App, line: RwSignal<Line>) -> El {
    hosted(app, Kind::NetAndPrice(line), "No prints yet.", Box::new(|| ""))
}

/// A chart of lines that step. `unit` follows signals: `money`, or the key of a format of odds. `nothing` is
/// said while there are no points.
pub fn lines_chart(
    app: App,
    lines: RwSignal<Vec<Series>>,
    nothing: &'static str,
    unit: impl Fn() -> &'static str + 'static,
) -> El {
    hosted(app, Kind::Lines(lines), nothing, Box::new(unit))
}

fn hosted(app: App, kind: Kind, nothing: &'static str, unit: Box<dyn Fn() -> &'static str>) -> El {
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
    let first_unit = untrack(&unit);
    spawn(async move {
        let module = load().await;
        // The page or the panel may be closed by now.
        if ready.is_disposed() {
            return;
        }
        match module {
            Some(module) => {
                handle.set_value(Some(kind.make(&module, &element, untrack(zone), first_unit)));
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
        tell(&|chart| kind.draw(chart));
    });
    effect(move || {
        ready.track();
        settings.theme.track();
        let (zone, unit) = (zone(), unit());
        tell(&|chart| chart.paint(zone, unit));
    });
    on_cleanup(move || {
        if let Some(Some(chart)) = handle.try_update_value(Option::take) {
            chart.remove();
        }
    });

    let state = move || match (failed.get(), ready.get(), kind.is_empty()) {
        (true, ..) => "The chart could not be loaded.".to_owned(),
        (_, false, _) => "Loading the chart\u{2026}".to_owned(),
        (_, true, true) => nothing.to_owned(),
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
