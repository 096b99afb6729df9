//! The page's worker: owns the simulation and answers commands.

fn main() {
    #[cfg(target_arch = "wasm32")]
    rocketscope::ui::worker::start();
}
