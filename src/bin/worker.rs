//! The page's worker: owns the simulation and answers commands.

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    #[cfg(target_arch = "wasm32")]
    rocketscope::ui::worker::start();
}

/// Sends so many messages to a broker without a network; gives how many were acknowledged. For
/// measurements from outside (`cargo xtask budget`): no page calls it.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(js_name = measureSends)]
pub fn measure_sends(sends: u32) -> u32 {
    use rocketscope::session::stores::{fresh, send_all};
    let stored = send_all(&mut fresh(), sends);
    u32::try_from(stored).expect("no more than were sent")
}
