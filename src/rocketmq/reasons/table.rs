//! The table of reasons: one line each, with the setting behind it.

use crate::facts::Reason;
use crate::rocketmq::settings;

reasons! {
    /// Periodic registration of a broker.
    RegisterPeriod = "register_period", REGISTER_NAME_SERVER_PERIOD;
    /// First registration after the start.
    RegisterAtStart = "register_at_start";
    /// A topic was created.
    RegisterNewTopic = "register_new_topic";
    /// A broker ended in order.
    BrokerUnregistered = "broker_unregistered";
    /// A broker's connection closed.
    BrokerClosed = "broker_closed";
    /// A broker was silent for too long.
    BrokerExpired = "broker_expired", BROKER_CHANNEL_EXPIRED_TIME;
    /// The client starts.
    RouteAtStart = "route_at_start";
    /// The periodic refresh.
    RoutePeriod = "route_period", POLL_NAME_SERVER_INTERVAL;
    /// A send needs it.
    RouteForSend = "route_for_send";
    /// The topic has no route: that of TBW102 stands in for it.
    RouteOfDefaultTopic = "route_of_default_topic", AUTO_CREATE_TOPIC_ENABLE;
    /// A rebalance knows no broker of the topic.
    RouteForRebalance = "route_for_rebalance", REBALANCE_WAIT_INTERVAL;
    /// The name server knows no such topic.
    NoRoute = "no_route";
    /// The name server has it.
    RouteFound = "route_found";
    /// The first send created the topic from TBW102.
    TopicAutoCreated = "topic_auto_created", AUTO_CREATE_TOPIC_ENABLE;
    /// A group's first heartbeat created its retry topic.
    RetryTopicCreated = "retry_topic_created";
    /// The scenario created it.
    TopicGiven = "topic_given";
    /// Next in rotation.
    Rotation = "rotation";
    /// Next in rotation, but not on the broker that just failed.
    RotationAvoiding = "rotation_avoiding";
    /// There was a free thread.
    ThreadFree = "thread_free", SEND_MESSAGE_THREAD_POOL_NUMS;
    /// All threads were busy.
    ThreadsBusy = "threads_busy", SEND_MESSAGE_THREAD_POOL_NUMS;
    /// Waited too long for a send thread.
    SendQueueTimeout = "send_queue_timeout", WAIT_TIME_MILLS_IN_SEND_QUEUE;
    /// No room to wait for a send thread.
    SendQueueFull = "send_queue_full", SEND_THREAD_POOL_QUEUE_CAPACITY;
    /// Waited too long for a pull thread.
    PullQueueTimeout = "pull_queue_timeout", WAIT_TIME_MILLS_IN_PULL_QUEUE;
    /// No room to wait for a pull thread.
    PullQueueFull = "pull_queue_full", PULL_THREAD_POOL_QUEUE_CAPACITY;
    /// The topic does not exist and may not be created.
    TopicNotExist = "topic_not_exist", AUTO_CREATE_TOPIC_ENABLE;
    /// The message is larger than allowed.
    MessageTooLarge = "message_too_large", MAX_MESSAGE_SIZE;
    /// The properties have more bytes than the format allows.
    PropertiesTooLarge = "properties_too_large";
    /// No buffer is left for another file of the log.
    NoBufferInPool = "no_buffer_in_pool", TRANSIENT_STORE_POOL_SIZE;
    /// What is asked for is not in memory.
    NotInMemory = "not_in_memory", ACCESS_MESSAGE_IN_MEMORY_MAX_RATIO;
    /// The disk is full.
    DiskFull = "disk_full", DISK_SPACE_WARNING_LEVEL_RATIO;
    /// The disk has room again.
    DiskHasRoom = "disk_has_room", DISK_SPACE_CLEAN_FORCIBLY_RATIO;
    /// The disk is nearly full: old files go whatever their age.
    DiskPressure = "disk_pressure", DISK_SPACE_CLEAN_FORCIBLY_RATIO;
    /// A file is too old.
    FileExpired = "file_expired", FILE_RESERVED_TIME;
    /// The last process ended in order.
    EndedInOrder = "ended_in_order";
    /// The last process crashed: what was written to the page cache is there.
    ProcessCrashed = "process_crashed";
    /// The machine lost power: what was flushed is there.
    PowerWasLost = "power_was_lost";
    /// The topic's name is not allowed.
    TopicNameIllegal = "topic_name_illegal";
    /// The topic is the system's own.
    TopicForbidden = "topic_forbidden";
    /// A slave takes no sends.
    SlaveTakesNoSends = "slave_takes_no_sends";
    /// A slave that may not be read from.
    SlaveNotRead = "slave_not_read", SLAVE_READ_ENABLE;
    /// The group does not exist and may not be created.
    GroupNotExist = "group_not_exist";
    /// The message's own time is too far away, or none.
    TimerIllegal = "timer_illegal";
    /// The group may not consume.
    GroupForbidden = "group_forbidden";
    /// The group may not read this topic.
    ReadForbidden = "read_forbidden";
    /// The group may not broadcast.
    BroadcastForbidden = "broadcast_forbidden";
    /// The subscription's expression is not allowed or does not compile.
    ExpressionUnusable = "expression_unusable";
    /// There is no such queue.
    QueueNotExist = "queue_not_exist";
    /// No permission for it.
    NoPermission = "no_permission";
    /// The broker did not answer in time.
    SendTimeout = "send_timeout", SEND_MSG_TIMEOUT;
    /// The connection closed or could not be made.
    ConnectionLost = "connection_lost";
    /// The broker answered with an error that is worth another try.
    RetryableError = "retryable_error", RETRY_TIMES_WHEN_SEND_FAILED;
    /// No more tries.
    RetriesExhausted = "retries_exhausted", RETRY_TIMES_WHEN_SEND_FAILED;
    /// The time for the whole call is over.
    CallTimeout = "call_timeout", SEND_MSG_TIMEOUT;
    /// No name server knows the topic, nor TBW102.
    NoRouteForSend = "no_route_for_send";
    /// The program names the queue.
    QueueGiven = "queue_given";
    /// A selector took it by the hash of its argument.
    SelectedByHash = "selected_by_hash";
    /// A 5.x client took it by the hash of the message group.
    SelectedByGroup = "selected_by_group";
    /// A proxy took it by the hash of the message group.
    SelectedByProxy = "selected_by_proxy";
    /// A selector drew it.
    SelectedAtRandom = "selected_at_random";
    /// A selector selected nothing.
    SelectorFailed = "selector_failed";
    /// Next in rotation, but not on a broker that was slow or failed.
    RotationAvailable = "rotation_available", SEND_LATENCY_ENABLE;
    /// All brokers were slow or failed: next in rotation of those that can be reached.
    RotationReachable = "rotation_reachable", SEND_LATENCY_ENABLE;
    /// An answer took long.
    BrokerSlow = "broker_slow", NOT_AVAILABLE_DURATION;
    /// A send to it failed.
    BrokerFailed = "broker_failed", NOT_AVAILABLE_DURATION;
    /// It answered the detector.
    BrokerDetected = "broker_detected", START_DETECTOR_ENABLE;
    /// One request may not take longer, though the call may.
    RequestTimeout = "request_timeout", SEND_MSG_MAX_TIMEOUT_PER_REQUEST;
    /// Stored, but neither flushed nor copied as it should be: another broker is tried.
    NotStoredWell = "not_stored_well", RETRY_ANOTHER_BROKER_WHEN_NOT_STORE_OK;
    /// The producer does not send bodies of so many bytes.
    ClientTooLarge = "client_too_large", PRODUCER_MAX_MESSAGE_SIZE;
    /// Too many asynchronous sends are under way.
    AsyncSendNum = "async_send_num", BACK_PRESSURE_FOR_ASYNC_SEND_NUM;
    /// Asynchronous sends that are under way have too many bytes.
    AsyncSendSize = "async_send_size", BACK_PRESSURE_FOR_ASYNC_SEND_SIZE;
    /// Too many asynchronous sends wait for a thread.
    AsyncQueueFull = "async_queue_full", ASYNC_SENDER_QUEUE;
    /// The broker answered an asynchronous send with an error.
    AsyncRefused = "async_refused";
    /// No more tries of an asynchronous send.
    AsyncRetriesExhausted = "async_retries_exhausted", RETRY_TIMES_WHEN_SEND_ASYNC_FAILED;
    /// The program or its selector chose the queue: the same broker is tried again.
    SameBroker = "same_broker";
    /// The half message is stored, but not flushed or copied: the local transaction does not run.
    HalfNotSafe = "half_not_safe";
    /// The local transaction is over.
    LocalTransaction = "local_transaction";
    /// A broker asked, and the check listener answered.
    CheckAnswered = "check_answered", TRANSACTION_CHECK_INTERVAL;
    /// There is no answer to a one-way send.
    OneWay = "one_way";
    /// Heartbeat at the client's start.
    HeartbeatAtStart = "heartbeat_at_start";
    /// The periodic heartbeat.
    HeartbeatPeriod = "heartbeat_period", HEARTBEAT_BROKER_INTERVAL;
    /// A new connection to the broker.
    HeartbeatNewConnection = "heartbeat_new_connection";
    /// The queues that a consumer owns changed.
    HeartbeatAssignment = "heartbeat_assignment";
    /// A new member.
    MemberJoined = "member_joined";
    /// A member ended in order.
    MemberLeft = "member_left";
    /// A member's connection closed.
    MemberClosed = "member_closed";
    /// A member was silent for too long.
    MemberExpired = "member_expired", CHANNEL_EXPIRED_TIMEOUT;
    /// A member's subscription changed.
    SubscriptionChanged = "subscription_changed";
    /// The periodic rebalance.
    RebalancePeriod = "rebalance_period", REBALANCE_WAIT_INTERVAL;
    /// The consumer was woken: start, notification or new connection.
    RebalanceWoken = "rebalance_woken", REBALANCE_MIN_INTERVAL;
    /// The last rebalance did not come to its end.
    RebalanceAgain = "rebalance_again", REBALANCE_MIN_INTERVAL;
    /// The consumer knows no queue of the topic.
    RebalanceNoRoute = "rebalance_no_route", REBALANCE_WAIT_INTERVAL;
    /// The broker does not know the group yet.
    RebalanceGroupUnknown = "rebalance_group_unknown", REBALANCE_MIN_INTERVAL;
    /// No answer about the members.
    RebalanceNoAnswer = "rebalance_no_answer", MQ_CLIENT_API_TIMEOUT;
    /// Start from the offset that the group committed.
    StartCommitted = "start_committed";
    /// Nothing committed, and the queue is young: the broker says 0.
    StartYoungQueue = "start_young_queue";
    /// Nothing committed: start at the end.
    StartLast = "start_last";
    /// Nothing committed: start at the beginning.
    StartFirst = "start_first";
    /// Another member should own it.
    NotAssigned = "not_assigned";
    /// The consumer ends.
    ConsumerStops = "consumer_stops";
    /// The broker said that the offset is illegal.
    OffsetIllegal = "offset_illegal";
    /// First request after the assignment.
    PullFirst = "pull_first", PULL_REQUEST_FIRST_DELAY;
    /// Asks again at once.
    PullAgain = "pull_again", PULL_INTERVAL;
    /// Asks again after the interval.
    PullInterval = "pull_interval", PULL_INTERVAL;
    /// Asks again after an error.
    PullAfterError = "pull_after_error", PULL_TIME_DELAY_MILLS_WHEN_EXCEPTION;
    /// Asks again after flow control.
    PullAfterThrottle = "pull_after_throttle", PULL_TIME_DELAY_MILLS_WHEN_CACHE_FULL;
    /// No message at the offset: held until one comes.
    HeldLong = "held_long", SUSPEND_TIMEOUT_MILLIS;
    /// No message at the offset: held for a while, nobody wakes it.
    HeldShort = "held_short", SHORT_POLLING_TIME_MILLS;
    /// A message came that matches.
    WokenByMessage = "woken_by_message", LONG_POLLING_ENABLE;
    /// The periodic look found something.
    WokenBySweep = "woken_by_sweep", LONG_POLLING_SWEEP;
    /// The periodic look of short polling found something.
    WokenByShortSweep = "woken_by_short_sweep", SHORT_POLLING_TIME_MILLS;
    /// Held long enough.
    HoldTimeout = "hold_timeout", SUSPEND_TIMEOUT_MILLIS;
    /// Held long enough in short polling.
    HoldTimeoutShort = "hold_timeout_short", SHORT_POLLING_TIME_MILLS;
    /// Answered with messages.
    AnsweredFound = "answered_found", PULL_BATCH_SIZE;
    /// Answered at once without a message: the client did not want to wait.
    AnsweredEmpty = "answered_empty";
    /// Only messages that do not match.
    AnsweredNoMatch = "answered_no_match";
    /// The offset lies outside of the queue.
    AnsweredMoved = "answered_moved";
    /// The broker does not know the subscription.
    AnsweredNoSubscription = "answered_no_subscription", HEARTBEAT_BROKER_INTERVAL;
    /// The broker knows an older subscription only.
    AnsweredOldSubscription = "answered_old_subscription", HEARTBEAT_BROKER_INTERVAL;
    /// The tag's hash does not match.
    TagMismatch = "tag_mismatch";
    /// Too many messages of this queue wait in the client.
    TooManyCached = "too_many_cached", PULL_THRESHOLD_FOR_QUEUE;
    /// Too many bytes of this queue wait in the client.
    TooManyBytes = "too_many_bytes", PULL_THRESHOLD_SIZE_FOR_QUEUE;
    /// A listener has had a message for too long.
    ConsumedTooLong = "consumed_too_long", CONSUME_TIMEOUT;
    /// The program wants no messages for now.
    PullPaused = "pull_paused", PULL_TIME_DELAY_MILLS_WHEN_SUSPEND;
    /// The topic is not subscribed.
    PullNoSubscription = "pull_no_subscription", PULL_TIME_DELAY_MILLS_WHEN_EXCEPTION;
    /// The program subscribed a topic.
    HeartbeatSubscribed = "heartbeat_subscribed";
    /// The first and the last waiting message are too far apart.
    SpanTooWide = "span_too_wide", CONSUME_CONCURRENTLY_MAX_SPAN;
    /// Committed with a pull.
    CommitWithPull = "commit_with_pull";
    /// Committed by the periodic persist.
    CommitPeriod = "commit_period", PERSIST_CONSUMER_OFFSET_INTERVAL;
    /// Committed because the queue was given up, or at the end.
    CommitOnRelease = "commit_on_release";
    /// The broker ends and answers everybody who waits.
    BrokerStops = "broker_stops";
    /// The process at the other end ended or died.
    PeerGone = "peer_gone";
    /// Nobody accepted the connection.
    ConnectionRefused = "connection_refused";
    /// A reply did not come in time, so the connection was closed.
    ReplyTimeout = "reply_timeout";
    /// The broker answered with an error that no other try would mend.
    BrokerRefused = "broker_refused";
    /// No route names the broker any more.
    BrokerUnknown = "broker_unknown";
    /// The name server did not answer.
    NameServerSilent = "name_server_silent";
    /// Nobody asked for the queue for too long: it is taken anew.
    PullExpired = "pull_expired", PULL_MAX_IDLE_TIME;
    /// The send is answered when the disk has it.
    WaitsForDisk = "waits_for_disk";
    /// The send is answered when so many brokers have it.
    WaitsForReplicas = "waits_for_replicas", IN_SYNC_REPLICAS;
    /// The disk has it.
    SafeOnDisk = "safe_on_disk";
    /// So many brokers have it.
    SafeInReplicas = "safe_in_replicas", IN_SYNC_REPLICAS;
    /// The disk did not have it in time.
    FlushTooLate = "flush_too_late", SYNC_FLUSH_TIMEOUT;
    /// Too few slaves had it in time.
    SlaveTooLate = "slave_too_late", SLAVE_TIMEOUT;
    /// A slave says how far its log is, and wants what follows.
    ReplicaAsks = "replica_asks", HA_RECONNECT;
    /// The other end of the replication was silent for too long.
    ReplicaSilent = "replica_silent", HA_HOUSEKEEPING_INTERVAL;
    /// The master's log goes on where the slave's does not end.
    ReplicaDiffers = "replica_differs", HA_RECONNECT;
    /// The controller was not told otherwise: the first broker of a name leads.
    ElectedFirst = "elected_first";
    /// A broker leads that may lack messages which others had.
    ElectedUnclean = "elected_unclean", ENABLE_ELECT_UNCLEAN_MASTER;
    /// Nobody who is in sync lives.
    NobodyInSync = "nobody_in_sync", ENABLE_ELECT_UNCLEAN_MASTER;
    /// A broker asked to be elected.
    ElectionAsked = "election_asked", SYNC_BROKER_METADATA_PERIOD;
    /// The connection of the one that led is gone.
    LeaderGone = "leader_gone";
    /// The one that led was silent for too long.
    LeaderSilent = "leader_silent", CONTROLLER_HEART_BEAT_TIMEOUT_MILLS;
    /// A new leader has everything; who else has is to be seen.
    LeadsAlone = "leads_alone";
    /// A slave has what its leader has.
    ReplicaInSync = "replica_in_sync";
    /// A slave is gone, or was behind for too long.
    ReplicaBehind = "replica_behind", HA_MAX_TIME_SLAVE_NOT_CATCHUP;
    /// A controller told of a new leader.
    ControllerTold = "controller_told";
    /// A controller was asked who leads.
    ControllerAsked = "controller_asked", SYNC_BROKER_METADATA_PERIOD;
    /// The broker has another role.
    RoleRegisters = "role_registers";
    /// The log goes on otherwise than the leader's does.
    EpochsDiffer = "epochs_differ";
    /// No controller said yet who leads.
    Fenced = "fenced", ENABLE_CONTROLLER_MODE;
    /// Fewer brokers are in sync than there must be.
    TooFewInSync = "too_few_in_sync", MIN_IN_SYNC_REPLICAS;
    /// The send is answered when all in sync have it.
    WaitsForSet = "waits_for_set", ALL_ACK_IN_SYNC_STATE_SET;
    /// All in sync have it.
    SafeInSet = "safe_in_set", ALL_ACK_IN_SYNC_STATE_SET;
    /// A name server was asked which brokers of the name live.
    MembersAsked = "members_asked", SYNC_BROKER_MEMBER_GROUP_PERIOD;
    /// A name server told who has the smallest id.
    MembersTold = "members_told", NOTIFY_MIN_BROKER_ID_CHANGED;
    /// A broker that is heard of every second was not for too long.
    BrokerNotActive = "broker_not_active", BROKER_NOT_ACTIVE_TIMEOUT_MILLIS;
    /// What an acting master may not store goes to another broker.
    EscapedFromLevel = "escaped_from_level", ENABLE_REMOTE_ESCAPE;
    /// A master that comes back takes offsets and positions over from who stood in for it.
    MasterTakesBack = "master_takes_back", TOTAL_REPLICAS;
    /// Brokers of the name live, but fewer than must have the message.
    TooFewLive = "too_few_live", IN_SYNC_REPLICAS;
    /// A slave has nothing and names its master.
    SlaveSendsBack = "slave_sends_back";
    /// A slave copies topics, groups and offsets.
    SlaveCopies = "slave_copies", SLAVE_SYNCHRONIZE;
    /// The program of a plain pull consumer asks at its interval.
    PullRound = "pull_round";
    /// It has a delay level.
    DelayLevel = "delay_level", MESSAGE_DELAY_LEVEL;
    /// Its delay is over.
    DelayOver = "delay_over", SCHEDULE_LOOK;
    /// It has a time of its own.
    TimerSet = "timer_set", TIMER_PRECISION;
    /// The second of its time is over.
    TimerOver = "timer_over", TIMER_PRECISION;
    /// It was taken back before its time.
    TimerRecalled = "timer_recalled", RECALL_MESSAGE_ENABLE;
    /// It belongs to a transaction that is open.
    TransactionOpen = "transaction_open", TRANSACTION_TIMEOUT;
    /// Its transaction is committed.
    TransactionCommitted = "transaction_committed";
    /// Its transaction is rolled back.
    TransactionRolledBack = "transaction_rolled_back";
    /// A consumer gave it back.
    SentBack = "sent_back", MESSAGE_DELAY_LEVEL;
    /// The listener says RECONSUME_LATER.
    ListenerLater = "listener_later", DELAY_LEVEL_WHEN_NEXT_CONSUME;
    /// The listener threw an exception.
    ListenerThrew = "listener_threw";
    /// The listener answered null.
    ListenerNull = "listener_null";
    /// The listener is done up to a place in the batch only.
    ListenerAckIndex = "listener_ack_index";
    /// The listener says SUSPEND_CURRENT_QUEUE_A_MOMENT.
    ListenerSuspends = "listener_suspends";
    /// The listener says ROLLBACK.
    ListenerRollsBack = "listener_rolls_back";
    /// The queue rests before its listener is called again.
    QueueSuspended = "queue_suspended", SUSPEND_CURRENT_QUEUE_TIME_MILLIS;
    /// Another member holds the lock of a queue.
    LockHeld = "lock_held", REBALANCE_LATER;
    /// A queue in order is not locked.
    LockLost = "lock_lost", TRY_LOCK_LATER;
    /// The lock was not renewed in time.
    LockExpired = "lock_expired", REBALANCE_LOCK_MAX_LIVE_TIME;
    /// Its broker assigns a queue, to be popped.
    PopAssigned = "pop_assigned", CLIENT_REBALANCE;
    /// A popped message was invisible for too short a time.
    PopTooLate = "pop_too_late", POP_INVISIBLE_TIME;
    /// The listener works on a queue that is to be given up.
    ListenerBusy = "listener_busy", UNLOCK_DELAY_TIME_MILLS;
    /// A queue without its lock is not pulled.
    PullNotLocked = "pull_not_locked", PULL_TIME_DELAY_MILLS_WHEN_EXCEPTION;
    /// A broadcast drops what failed.
    BroadcastDrops = "broadcast_drops";
    /// Start from a broadcast's own file.
    StartLocal = "start_local";
    /// Nothing committed: start at a time.
    StartTime = "start_time";
    /// The topic is not subscribed any more.
    Unsubscribed = "unsubscribed";
    /// A strategy by rooms meets a name without one.
    RebalanceNoRoom = "rebalance_no_room";
    /// The broker did not take a message back.
    SendBackFailed = "send_back_failed";
    /// No broker took a message back: it stays here and is tried again.
    KeptLocally = "kept_locally", CONSUME_LATER;
    /// It was tried too often.
    TriedTooOften = "tried_too_often", RETRY_MAX_TIMES;
    /// Its group consumes in order, where nothing is sent again.
    HoldsQueues = "holds_queues";
    /// A consumer wants it to stay invisible for longer.
    InvisibleChanged = "invisible_changed", POP_INVISIBLE_TIME;
    /// Nothing to pop: the request waits.
    HeldPop = "held_pop";
    /// A message came, or a queue is free: a pop that waits looks again.
    WokenPop = "woken_pop";
    /// A pop waited long enough.
    PopTimeout = "pop_timeout";
    /// A pop wants more messages than it may.
    PopTooMany = "pop_too_many";
    /// Handed out by a pop, and invisible to others for so long.
    Popped = "popped", POP_INVISIBLE_TIME;
    /// What was popped in order is acknowledged.
    PopAcknowledged = "pop_acknowledged";
    /// Invisible times were over without an acknowledgement.
    Revived = "revived", REVIVE_INTERVAL;
    /// An administrator set the offset.
    OffsetReset = "offset_reset", USE_SERVER_SIDE_RESET_OFFSET;
    /// A consumer rests before it sets what an administrator wants.
    ResetRests = "reset_rests", USE_SERVER_SIDE_RESET_OFFSET;
    /// An administrator has a listener called.
    ConsumeDirectly = "consume_directly";
    /// A look at half messages went so far.
    TransactionRound = "transaction_round", TRANSACTION_CHECK_INTERVAL;
    /// A producer group was asked what became of a transaction.
    TransactionAsked = "transaction_asked", TRANSACTION_CHECK_INTERVAL;
    /// Nobody said what became of a transaction: asked too often, or too old.
    TransactionGivenUp = "transaction_given_up", TRANSACTION_CHECK_MAX;
    /// A plain pull consumer does not know the queues of its topic yet.
    RouteForPull = "route_for_pull";
    /// A program that assigns its queues itself looks which there are.
    RouteForAssign = "route_for_assign", TOPIC_METADATA_CHECK_INTERVAL_MILLIS;
    /// Messages waited for the program, or came while it waited.
    PollFound = "poll_found", POLL_TIMEOUT_MILLIS;
    /// No message came for as long as the program waits.
    PollTimeout = "poll_timeout", POLL_TIMEOUT_MILLIS;
    /// Too many answers of all queues wait for the program.
    TooManyForAll = "too_many_for_all", PULL_THRESHOLD_FOR_ALL;
    /// Nobody says where to begin with a queue.
    PullNoOffset = "pull_no_offset", PULL_TIME_DELAY_MILLS_ON_EXCEPTION;
    /// A poll found that it is time to commit what the program got.
    AutoCommit = "auto_commit", AUTO_COMMIT_INTERVAL_MILLIS;
    /// The program commits by itself.
    ProgramCommits = "program_commits";
    /// The program assigns itself a queue.
    ProgramAssigned = "program_assigned";
    /// The program goes on elsewhere in a queue.
    ProgramSeeks = "program_seeks";
    /// The program of a simple consumer calls for messages.
    ProgramReceives = "program_receives", AWAIT_DURATION;
    /// Its call brought messages.
    ReceiveFound = "receive_found", MAX_MESSAGE_NUM;
    /// Its call brought none for as long as the broker may hold it.
    ReceiveTimeout = "receive_timeout", AWAIT_DURATION;
    /// Its call was refused, or not answered.
    ReceiveFailed = "receive_failed";
    /// A program that calls for messages failed with one: nobody tries it again.
    ProgramGoesOn = "program_goes_on";
    /// The program does not acknowledge a message.
    NotAcknowledged = "not_acknowledged", INVISIBLE_DURATION;
    /// The program wants a message to come again at another time.
    ProgramHides = "program_hides", INVISIBLE_DURATION;
    /// The handle of a message is too old to acknowledge it.
    HandleExpired = "handle_expired", INVISIBLE_DURATION;
    /// A thread sends for all that wait with it.
    Gathered = "gathered", BATCH_MAX_DELAY_MS;
    /// The batch failed that another thread sent.
    OthersBatchFailed = "others_batch_failed";
    /// The listener of a request sends a reply.
    ListenerReplies = "listener_replies";
    /// The reply to a request came.
    ReplyCame = "reply_came";
    /// The callback of a request is called as soon as it is sent.
    NullReply = "null_reply";
    /// No reply came in time (10006).
    ReplyTooLate = "reply_too_late";
    /// The consumer does not have the queue.
    SeekNotAssigned = "seek_not_assigned";
    /// The queue does not reach so far.
    SeekOutside = "seek_outside";
    /// The broker does not say how far the queue reaches.
    SeekNoAnswer = "seek_no_answer";
}
