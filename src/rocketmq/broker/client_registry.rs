//! Who consumes: groups, their members and subscriptions (`ConsumerManager`, `ConsumerGroupInfo`).
//!
//! Follows also `DefaultConsumerIdsChangeListener` (members are told at once) and
//! `ClientHousekeepingService` (silent members go without a word). Producers are not kept: nothing
//! of this slice asks for them.

use crate::facts::{Fact, Why};
use crate::kernel::actor::NodeId;
use crate::kernel::digest::{Digest, Digestible};
use crate::kernel::effects::Effects;
use crate::kernel::name::Name;
use crate::kernel::network::ConnId;
use crate::kernel::order;
use crate::kernel::time::{SimSpan, SimTime};
use crate::rocketmq::group::GroupConfig;
use crate::rocketmq::planted::{Bug, is_planted};
use crate::rocketmq::protocol::{Mq, Timer};
use crate::rocketmq::reasons::Because;
use crate::rocketmq::remoting::{
    ConsumerData, Consumers, Heartbeat, Packet, Request, Subscription,
};
use crate::rocketmq::topic_names::is_legal_group;

use super::{Broker, BrokerTimer, millis};

/// Period of the scan for silent clients.
const SCAN: SimSpan = SimSpan::secs(10);

/// All consumer groups of a broker.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientRegistry {
    groups: Vec<Group>,
    producers: Vec<(Name, Member)>,
    /// What pulls that brought their subscription along wanted last, by group.
    brought: Vec<(Name, Subscription)>,
    /// Topics that were ever in a heartbeat.
    asked_for: Vec<Name>,
    scanning: bool,
    next_opaque: u32,
}

#[derive(Clone, Debug)]
struct Group {
    name: Name,
    push: bool,
    broadcasts: bool,
    from: Name,
    members: Vec<Member>,
    subscriptions: Vec<Subscription>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    conn: ConnId,
    client: Name,
    heard: SimTime,
}

impl ClientRegistry {
    /// Client ids of a group that has members.
    pub(super) fn members(&self, group: Name) -> Option<Vec<Name>> {
        let group = self.groups.iter().find(|known| known.name == group)?;
        Some(group.members.iter().map(|member| member.client).collect())
    }

    /// Client ids of a group, with their connections.
    pub(super) fn channels(&self, group: Name) -> Vec<(Name, ConnId)> {
        let groups = self.groups.iter().filter(|known| known.name == group);
        let members = groups.flat_map(|group| &group.members);
        members.map(|member| (member.client, member.conn)).collect()
    }

    /// Every member of the group gets all messages.
    pub(super) fn broadcasts(&self, group: Name) -> bool {
        self.groups.iter().any(|it| it.name == group && it.broadcasts)
    }

    /// The members of a group want a topic at all.
    pub(super) fn subscribes(&self, group: Name) -> bool {
        self.groups.iter().any(|it| it.name == group && !it.subscriptions.is_empty())
    }

    /// Who consumes for a group, and what.
    pub(super) fn connections(&self, group: Name, fx: &Effects<'_, Mq>) -> Option<Consumers> {
        let group = self.groups.iter().find(|known| known.name == group)?;
        let clients = group.members.iter().map(|member| (member.client, fx.peer(member.conn)));
        let (clients, subscriptions) = (clients.collect(), group.subscriptions.clone());
        let Group { push, broadcasts, from, .. } = *group;
        Some(Consumers { clients, push, broadcasts, from, subscriptions })
    }

    /// Who produces for a group.
    pub(super) fn producers(&self, group: Name, fx: &Effects<'_, Mq>) -> Vec<(Name, NodeId)> {
        let members = self.producers.iter().filter(|(of, _)| *of == group);
        members.map(|(_, member)| (member.client, fx.peer(member.conn))).collect()
    }

    /// A channel of a producer group; another one each time.
    pub(super) fn producer_channel(
        &self,
        group: Name,
        turn: usize,
        fx: &Effects<'_, Mq>,
    ) -> Option<ConnId> {
        let members = self.producers.iter().filter(|(of, _)| *of == group);
        let open: Vec<ConnId> =
            members.map(|(_, member)| member.conn).filter(|conn| fx.is_open(*conn)).collect();
        (!open.is_empty()).then(|| open[turn % open.len()])
    }

    /// The newest channel of a producer with this client id (`findChannel`).
    pub(super) fn producer_called(&self, client: Name, fx: &Effects<'_, Mq>) -> Option<ConnId> {
        let called = self.producers.iter().rev().filter(|(_, member)| member.client == client);
        called.map(|(_, member)| member.conn).find(|conn| fx.is_open(*conn))
    }

    /// Group, client and when it was heard of, of all producers.
    pub(super) fn all_producers(&self, fx: &Effects<'_, Mq>) -> Vec<(Name, Name, NodeId, i64)> {
        let heard = |member: &Member| {
            let ago = fx.now().since(member.heard).as_millis();
            fx.wall() - i64::try_from(ago).expect("runs are shorter than ages")
        };
        let producers = self.producers.iter();
        producers.map(|(group, it)| (*group, it.client, fx.peer(it.conn), heard(it))).collect()
    }

    /// A number for a request of the broker's own.
    pub(super) fn take_opaque(&mut self) -> u32 {
        self.next_opaque += 1;
        self.next_opaque - 1
    }

    /// What a group wants of a topic, or wanted with its last pull.
    pub(super) fn last_subscription(&self, group: Name, topic: Name) -> Option<Subscription> {
        let same = |(of, wanted): &&(Name, Subscription)| *of == group && wanted.topic == topic;
        let brought = || self.brought.iter().find(same).map(|(_, wanted)| *wanted);
        self.subscription(group, topic).or_else(brought)
    }

    pub(super) fn remember(&mut self, group: Name, subscription: Subscription) {
        let same = |(of, wanted): &&mut (Name, Subscription)| {
            *of == group && wanted.topic == subscription.topic
        };
        match self.brought.iter_mut().find(same) {
            Some((_, wanted)) => *wanted = subscription,
            None => self.brought.push((group, subscription)),
        }
    }

    /// What upstream lists as the groups that want a topic: the topic's own name, once anybody
    /// wanted it (`topicGroupTable`, where names of topics are put for names of groups).
    pub(super) fn groups_of(&self, topic: Name) -> Vec<Name> {
        self.asked_for.iter().copied().filter(|asked| *asked == topic).collect()
    }

    fn take_producer(&mut self, group: Name, member: Member) {
        let same = |(of, known): &&mut (Name, Member)| *of == group && known.conn == member.conn;
        match self.producers.iter_mut().find(same) {
            Some((_, known)) => known.heard = member.heard,
            None => self.producers.push((group, member)),
        }
    }

    /// What a group wants of a topic.
    pub(super) fn subscription(&self, group: Name, topic: Name) -> Option<Subscription> {
        let group = self.groups.iter().find(|known| known.name == group)?;
        group.subscriptions.iter().find(|subscription| subscription.topic == topic).copied()
    }

    /// Takes one group of a heartbeat in; `Some`: its members are to be told why.
    fn update(&mut self, data: &ConsumerData, member: Member) -> Option<Because> {
        let at = self.groups.iter().position(|group| group.name == data.group);
        let at = at.unwrap_or_else(|| {
            let (members, subscriptions) = (Vec::new(), Vec::new());
            let (name, push, broadcasts, from) = (data.group, data.push, false, data.from);
            self.groups.push(Group { name, push, broadcasts, from, members, subscriptions });
            self.groups.len() - 1
        });
        for topic in data.subscriptions.iter().map(|subscription| subscription.topic) {
            if !self.asked_for.contains(&topic) {
                self.asked_for.push(topic);
            }
        }
        let group = &mut self.groups[at];
        (group.push, group.broadcasts, group.from) = (data.push, data.broadcasts, data.from);
        let joined = group.refresh(member);
        let changed = group.subscribe(&data.subscriptions);
        match (joined, changed) {
            (true, _) => Some(Because::MemberJoined),
            (false, true) => Some(Because::SubscriptionChanged),
            (false, false) => None,
        }
    }

    /// Connections of silent members, each once.
    fn silent(&self, is_silent: impl Fn(&Member) -> bool) -> Vec<ConnId> {
        let members = self.groups.iter().flat_map(|group| &group.members);
        let mut conns: Vec<_> =
            members.filter(|member| is_silent(member)).map(|member| member.conn).collect();
        order::naturally(&mut conns);
        conns.dedup();
        conns
    }

    /// Removes members; gives the groups that lost one.
    fn remove(&mut self, gone: impl Fn(Name, &Member) -> bool) -> Vec<Name> {
        let mut groups = Vec::new();
        for group in &mut self.groups {
            let before = group.members.len();
            let name = group.name;
            group.members.retain(|member| !gone(name, member));
            if group.members.len() < before {
                groups.push(name);
            }
        }
        self.groups.retain(|group| !group.members.is_empty());
        groups
    }
}

impl Group {
    /// True where the channel is new.
    fn refresh(&mut self, member: Member) -> bool {
        match self.members.iter_mut().find(|known| known.conn == member.conn) {
            Some(known) => {
                known.heard = member.heard;
                false
            }
            None => {
                self.members.push(member);
                true
            }
        }
    }

    /// True where a topic was added or removed; a newer version replaces an entry silently.
    fn subscribe(&mut self, wanted: &[Subscription]) -> bool {
        let mut changed = false;
        for new in wanted {
            match self.subscriptions.iter_mut().find(|known| known.topic == new.topic) {
                Some(known) if known.version < new.version => *known = *new,
                Some(_) => (),
                None => {
                    self.subscriptions.push(*new);
                    changed = true;
                }
            }
        }
        let before = self.subscriptions.len();
        self.subscriptions.retain(|known| wanted.iter().any(|new| new.topic == known.topic));
        changed || self.subscriptions.len() < before
    }
}

impl Digestible for ClientRegistry {
    fn digest(&self, digest: &mut Digest) {
        digest.word(u64::from(self.next_opaque) << 1 | u64::from(self.scanning));
        for group in &self.groups {
            digest.put(&group.name);
            for member in &group.members {
                digest.put(&member.conn);
                digest.put(&member.client);
                digest.put(&member.heard);
            }
            for subscription in &group.subscriptions {
                digest.put(&subscription.topic);
                digest.put(&subscription.tags);
                digest.word(subscription.version.cast_unsigned());
            }
        }
    }
}

/// A group of RocketMQ's own (`isSysConsumerGroup`): it may always be made.
fn is_of_system(group: &str) -> bool {
    group.starts_with("CID_RMQ_SYS_")
}

impl Broker {
    /// A group's settings; made with the defaults where that is allowed
    /// (`findSubscriptionGroupConfig`).
    pub(super) fn find_group(&mut self, name: Name) -> Option<GroupConfig> {
        let may_create = self.config.rules.auto_create_group || is_of_system(name.as_str());
        if !self.groups.contains_key(&name) && may_create && is_legal_group(name.as_str()) {
            self.groups.insert(name, GroupConfig::new(name));
        }
        self.groups.get(&name).copied()
    }

    pub(super) fn take_heartbeat(
        &mut self,
        conn: ConnId,
        heartbeat: &Heartbeat,
        fx: &mut Effects<'_, Mq>,
    ) {
        let member = Member { conn, client: heartbeat.client, heard: fx.now() };
        heartbeat.producers.iter().for_each(|group| self.clients.take_producer(*group, member));
        for data in &heartbeat.consumers {
            // A group that nobody made is passed over where it may not be made on the way.
            let Some(group) = self.find_group(data.group) else { continue };
            self.ensure_retry_topic(data.group, fx);
            if let Some(because) = self.clients.update(data, member)
                && group.tells_members
            {
                self.tell_members(data.group, because.plain(), fx);
            }
        }
        if !heartbeat.consumers.is_empty() && !self.clients.scanning {
            self.clients.scanning = true;
            let next = fx.now() + SimSpan::nanos(1);
            let at = next.next_phase(self.booted, SCAN);
            fx.arm_at(at, Timer::Broker(BrokerTimer::ScanClients));
        }
    }

    pub(super) fn unregister_client(
        &mut self,
        client: Name,
        (producer, consumer): (Option<Name>, Option<Name>),
        fx: &mut Effects<'_, Mq>,
    ) {
        let gone =
            |(group, member): &(Name, Member)| producer == Some(*group) && member.client == client;
        self.clients.producers.retain(|entry| !gone(entry));
        let groups =
            self.clients.remove(|group, member| consumer == Some(group) && member.client == client);
        for group in groups {
            let why = Because::MemberLeft.plain();
            match self.groups.get(&group) {
                Some(config) if !config.tells_members => self.state_members(group, why, fx),
                Some(_) | None => self.tell_members(group, why, fx),
            }
        }
    }

    pub(super) fn client_closed(&mut self, conn: ConnId, fx: &mut Effects<'_, Mq>) {
        self.clients.producers.retain(|(_, member)| member.conn != conn);
        if is_planted(Bug::DeadMemberStays) {
            return;
        }
        for group in self.clients.remove(|_, member| member.conn == conn) {
            self.tell_members(group, Because::MemberClosed.plain(), fx);
        }
    }

    /// Members that were silent for too long lose their connection, without a word to the others.
    pub(super) fn scan_clients(&mut self, fx: &mut Effects<'_, Mq>) {
        let (now, limit) = (fx.now(), self.config.channel_expired);
        let limit = if is_planted(Bug::DeadMemberStays) { SimSpan::secs(86_400) } else { limit };
        let why = Because::MemberExpired.with(millis(limit));
        for conn in self.clients.silent(|member| member.heard + limit < now) {
            fx.close(conn);
            for group in self.clients.remove(|_, member| member.conn == conn) {
                self.state_members(group, why, fx);
            }
        }
        self.clients.scanning = !self.clients.groups.is_empty();
        if self.clients.scanning {
            fx.arm(SCAN, Timer::Broker(BrokerTimer::ScanClients));
        }
    }

    /// States the change and sends 40 to all members, the newcomer included.
    fn tell_members(&mut self, name: Name, why: Why, fx: &mut Effects<'_, Mq>) {
        self.state_members(name, why, fx);
        let mut groups = self.clients.groups.iter();
        // Who gets everything anyway need not know who else does.
        let Some(group) = groups.find(|it| it.name == name && !it.broadcasts) else { return };
        for member in &group.members {
            let opaque = self.clients.next_opaque;
            self.clients.next_opaque += 1;
            let request = Request::ConsumerIdsChanged { group: name };
            fx.send(member.conn, Packet::Request { opaque, oneway: true, request });
        }
    }

    fn state_members(&self, group: Name, why: Why, fx: &mut Effects<'_, Mq>) {
        let members = self.clients.members(group).map_or(0, |members| members.len());
        let members = u32::try_from(members).expect("members fit in u32");
        fx.note(Fact::MembersChanged { group, members, why });
    }
}
