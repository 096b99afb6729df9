use rocketscope::session::Session;
use rocketscope::session::protocol::*;
fn main() {
    let name = std::env::args().nth(1).unwrap_or("first-program".into());
    let mut s = Session::new();
    let mut number = 0;
    let mut ask = |s: &mut Session, command| {
        number += 1;
        let r = s.handle(&Request {
            version: PROTOCOL_VERSION,
            generation: 1,
            number,
            command,
            want: Want::default(),
        });
        match r.update {
            Update::Frame(f) => f,
            other => panic!("{other:?}"),
        }
    };
    let mut f = ask(
        &mut s,
        Command::Load {
            recipe: Recipe { source: Source::Shipped(name), ..Default::default() },
            position: Position::End,
        },
    );
    while f.working.is_some() {
        f = ask(&mut s, Command::Continue);
    }
    println!("now {} ordinal {} ended {} digest {}", f.now, f.ordinal, f.ended, f.history_digest);
    for l in &f.lanes {
        println!("{} {:?}", l.title, l.ledger);
        println!(
            "  latency {:?}\n  wait {:?} answered {} empty {} held {}",
            l.charts.percentiles,
            l.asking.wait,
            l.asking.answered,
            l.asking.empty,
            l.asking.held_now
        );
        println!("  parting {:?}", l.asking.parting);
        for n in &l.nodes {
            println!("  {} {:?} {:?}", n.name, n.life, n.badge);
        }
        println!("  topics {:?}", l.topics);
        for q in l.queues.iter().take(13) {
            println!("  {:?}", q);
        }
        println!(
            "  nothing consumed {:?} points {} {} {} {}",
            l.charts.nothing_consumed,
            l.charts.throughput.len(),
            l.charts.waiting.len(),
            l.charts.oldest.len(),
            l.charts.latency.len()
        );
    }
    for m in &f.markers {
        println!("{:?}", m);
    }
    for e in &f.recent {
        println!(
            "{} {} {:?}",
            e.at,
            e.words.key,
            e.words.args.iter().map(|a| format!("{:?}", a.1)).collect::<Vec<_>>()
        );
    }
    f = ask(&mut s, Command::Select { selection: Some(Selection::Message { lane: 0, number: 1 }) });
    if let rocketscope::session::frame::Inspector::Message(m) = &f.inspector {
        println!("{} {} {:?} total {:?}", m.body, m.unique_key, m.stored, m.total);
        println!(
            "{:?}\n{:?}",
            m.phases.iter().map(|p| (&p.words.key, p.span)).collect::<Vec<_>>(),
            m.why
        );
        for st in &m.steps {
            println!(
                "  {:>6} {:.6} {:?} {} {:?} {:?}",
                st.ordinal,
                st.at as f64 / 1e9,
                st.wait.map(|w| w as f64 / 1e6),
                st.words.key,
                st.words.args,
                st.why.as_ref().map(|w| &w.sentence.key)
            );
        }
    } else {
        println!("no card {:?}", f.inspector);
    }
    // tempo
    f = ask(&mut s, Command::Seek { to: Position::Ordinal(0) });
    let mut wall = 0u64;
    let mut marks: Vec<(u64, u64)> = vec![];
    while !f.ended && wall < 600_000_000_000 {
        f = ask(&mut s, Command::Play { wall_ns: 16_666_667, tempo: Tempo::Follow { speed: 1.0 } });
        wall += 16_666_667;
        if f.now / 1_000_000_000 != marks.last().map_or(99, |m| m.1 / 1_000_000_000) {
            marks.push((wall, f.now));
        }
    }
    println!("watched for {:.1} s wall, skipped {:?}", wall as f64 / 1e9, f.skipped);
    for m in marks {
        print!("{:.1}:{:.0} ", m.0 as f64 / 1e9, m.1 as f64 / 1e9);
    }
    println!();
}
