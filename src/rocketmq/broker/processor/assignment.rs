//! A broker assigns queues to the members of a group (`QueryAssignmentProcessor`,
//! `MessageRequestModeManager`, `TopicRouteInfoManager`).
//!
//! A broker refreshes a route when it is asked for an assignment in another period of 30 s than
//! that in which it learned the route; upstream refreshes at the beginning of each period. Left
//! out: light queues.

use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::order;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::broker::Broker;
use crate::rocketmq::broker::call::Call;
use crate::rocketmq::client::MessageQueue;
use crate::rocketmq::client::rebalance::Strategy;
use crate::rocketmq::protocol::Mq;
use crate::rocketmq::remoting::{
    AdminReply, AssignmentQuery, RareReply, Reply, ReplyBody, Request, RequestMode, Route, code,
};
use crate::rocketmq::topic::perm;

use super::group_admin::answer;

/// The first refresh of routes, and `loadBalancePollNameServerInterval`.
const FIRST: SimSpan = SimSpan::secs(1);
const PERIOD: SimSpan = SimSpan::secs(30);

/// Queues of topics as name servers told them.
#[derive(Clone, Debug, Default)]
pub(in crate::rocketmq::broker) struct KnownRoutes {
    topics: Vec<KnownRoute>,
    /// Questions that wait for a route, with the number of the request for it.
    waiting: Vec<(u32, Call, AssignmentQuery)>,
}

#[derive(Clone, Debug)]
struct KnownRoute {
    topic: Name,
    queues: Vec<MessageQueue>,
    at: SimTime,
}

impl KnownRoutes {
    /// Somebody waits for a route.
    pub(in crate::rocketmq::broker) fn are_awaited(&self) -> bool {
        !self.waiting.is_empty()
    }
}

impl Broker {
    /// 401; code 16 for retry topics, 17 and 26 for what is not there.
    pub(super) fn set_mode(&mut self, mode: RequestMode) -> Reply {
        if mode.topic.as_str().starts_with("%RETRY%") {
            return Reply::code(code::NO_PERMISSION);
        }
        if self.topics.get(mode.topic).is_none() {
            return Reply::code(code::TOPIC_NOT_EXIST);
        }
        if self.find_group(mode.group).is_none() {
            return Reply::code(code::SUBSCRIPTION_GROUP_NOT_EXIST);
        }
        let modes = &mut self.desk.kept.modes;
        modes.retain(|known| (known.group, known.topic) != (mode.group, mode.topic));
        modes.push(mode);
        Reply::code(code::SUCCESS)
    }

    /// 400: at once where the route is known, else once a name server has told it.
    pub(super) fn query_assignment(
        &mut self,
        call: Call,
        query: AssignmentQuery,
        fx: &mut Effects<'_, Mq>,
    ) -> Option<Reply> {
        let begun = self.period_of(fx.now());
        let known = self.desk.routes.topics.iter().find(|known| known.topic == query.topic);
        if known.is_some_and(|known| !known.queues.is_empty() && known.at >= begun) {
            return Some(self.assign(query));
        }
        let Some(server) = self.open_channels(fx).first().copied() else {
            return Some(self.assign(query));
        };
        let opaque = self.ask(server, Request::GetRoute { topic: query.topic }, fx);
        self.desk.routes.waiting.push((opaque, call, query));
        None
    }

    /// When the period of refreshes began.
    fn period_of(&self, now: SimTime) -> SimTime {
        let first = self.booted + FIRST;
        if now < first {
            return self.booted;
        }
        let nanos = now.since(first).as_nanos() / PERIOD.as_nanos() * PERIOD.as_nanos();
        first + SimSpan::nanos(nanos)
    }

    /// A name server answered something; perhaps a question for a route.
    pub(in crate::rocketmq::broker) fn route_came(
        &mut self,
        (opaque, reply): (u32, &Reply),
        fx: &mut Effects<'_, Mq>,
    ) {
        let at = self.desk.routes.waiting.iter().position(|(asked, ..)| *asked == opaque);
        let Some(at) = at else { return };
        let (_, call, query) = self.desk.routes.waiting.remove(at);
        if let ReplyBody::Route(route) = &reply.body {
            self.learn_route(query.topic, route, fx.now());
        } else if reply.code == code::TOPIC_NOT_EXIST
            && !query.topic.as_str().starts_with("%RETRY%")
        {
            self.desk.routes.topics.retain(|known| known.topic != query.topic);
        }
        call.answer(self.assign(query), fx);
    }

    fn learn_route(&mut self, topic: Name, route: &Route, at: SimTime) {
        let readable = route.brokers.iter().filter(|broker| broker.perm & perm::READ != 0);
        let queues = readable.flat_map(|broker| {
            (0..broker.read_queues).map(|id| MessageQueue { topic, broker: broker.name, id })
        });
        let queues = queues.collect();
        self.desk.routes.topics.retain(|known| known.topic != topic);
        self.desk.routes.topics.push(KnownRoute { topic, queues, at });
    }

    fn mode_of(&self, query: AssignmentQuery) -> RequestMode {
        let AssignmentQuery { group, topic, .. } = query;
        let set = self.desk.kept.modes.iter().find(|it| (it.group, it.topic) == (group, topic));
        // Retry topics are pulled whatever `defaultMessageRequestMode` is.
        let pops = self.config.rules.pops && !topic.as_str().starts_with("%RETRY%");
        let share = if pops { -1 } else { 0 };
        set.copied().unwrap_or(RequestMode { group, topic, pops, share })
    }

    fn assign(&self, query: AssignmentQuery) -> Reply {
        let mode = self.mode_of(query);
        let queues = self.share_of(query, mode).map(|mut queues| {
            order::naturally(&mut queues);
            queues.dedup();
            queues
        });
        answer(AdminReply::Rare(RareReply::Assignment(queues, mode.pops)))
    }

    /// `None` where nothing can be said: no route, no group, an unknown strategy.
    fn share_of(
        &self,
        query: AssignmentQuery,
        mode: RequestMode,
    ) -> Option<Vec<(Name, Name, i32)>> {
        let route = self.desk.routes.topics.iter().find(|known| known.topic == query.topic)?;
        let mut queues = route.queues.clone();
        order::by_key(&mut queues, |queue| (queue.broker.as_str(), queue.id));
        if query.broadcasts {
            return Some(queues.iter().map(named).collect());
        }
        let mut members = self.clients.members(query.group)?;
        order::by_key(&mut members, |member| member.as_str());
        let strategy = match query.strategy.as_str() {
            "AVG" => Strategy::Average,
            "AVG_BY_CIRCLE" => Strategy::Circle,
            _ => return None,
        };
        if mode.pops {
            return self.share_for_pop(query.client, mode.share, (&queues, &members), &strategy);
        }
        let own = share(&strategy, (&queues, &members), query.client)?;
        Some(own.iter().map(named).collect())
    }

    /// `allocate4Pop`: all queues for everybody, or one's own and those of so many who follow.
    fn share_for_pop(
        &self,
        client: Name,
        followers: i32,
        (queues, members): (&[MessageQueue], &[Name]),
        strategy: &Strategy,
    ) -> Option<Vec<(Name, Name, i32)>> {
        let followers = usize::try_from(followers).unwrap_or(0);
        if followers == 0 || followers + 1 >= members.len() {
            return Some(queues.iter().map(|queue| (queue.topic, queue.broker, -1)).collect());
        }
        let index = members.iter().position(|member| *member == client);
        if members.len() > queues.len() {
            if client.as_str().trim().is_empty() || queues.is_empty() {
                return None;
            }
            let own = index.map(|index| named(&queues[index % queues.len()]));
            return Some(own.into_iter().collect());
        }
        let mut all = share(strategy, (queues, members), client)?;
        for step in (1..=followers).filter(|_| index.is_some()) {
            let next = members[(index.unwrap_or(0) + step) % members.len()];
            all.extend(share(strategy, (queues, members), next)?);
        }
        Some(all.iter().map(named).collect())
    }
}

/// Fails without queues and without a name, as upstream's check does.
fn share(
    strategy: &Strategy,
    (queues, members): (&[MessageQueue], &[Name]),
    client: Name,
) -> Option<Vec<MessageQueue>> {
    if queues.is_empty() || client.as_str().trim().is_empty() {
        return None;
    }
    strategy.allocate(queues, members, client).ok()
}

fn named(queue: &MessageQueue) -> (Name, Name, i32) {
    (queue.topic, queue.broker, queue.id.cast_signed())
}

impl Digestible for KnownRoutes {
    fn digest(&self, digest: &mut Digest) {
        for known in &self.topics {
            digest.put(&known.topic);
            digest.word(known.queues.len() as u64);
            digest.put(&known.at);
        }
        self.waiting.iter().for_each(|(opaque, ..)| digest.word(u64::from(*opaque)));
    }
}
