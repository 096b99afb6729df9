//! The native command line; the work is in `cli`. Built for the browser it does nothing.

#[cfg(not(target_arch = "wasm32"))]
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    rocketscope::cli::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
