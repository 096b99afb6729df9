//! The one table of settings: name, owner, unit, default, range, whether it can change while it
//! runs.
//!
//! Reasons, scenario keys, live edits, documents and help all use it. Names and defaults are
//! RocketMQ's (`BrokerConfig`, `MessageStoreConfig`, `NamesrvConfig`, `ClientConfig`,
//! `DefaultMQProducer`, `DefaultMQPushConsumer`); constants of the source that no setting changes
//! have the owner `constant`.

use crate::facts::{Setting, Unit};

macro_rules! settings {
    ($($id:ident = $name:literal, $owner:literal, $unit:ident, $default:literal,
       $low:literal ..= $high:literal, $live:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "` of the ", $owner, ".")]
            pub static $id: Setting = Setting {
                name: $name,
                owner: $owner,
                unit: Unit::$unit,
                default: $default,
                range: ($low, $high),
                live: $live,
            };
        )*
        /// All settings, in the order of this file.
        pub static ALL: &[&Setting] = &[$(&$id),*];
    };
}

settings! {
    SCAN_NOT_ACTIVE_BROKER_INTERVAL =
        "scanNotActiveBrokerInterval", "namesrv", Millis, 5000, 1000 ..= 600_000, false;
    BROKER_CHANNEL_EXPIRED_TIME =
        "DEFAULT_BROKER_CHANNEL_EXPIRED_TIME", "constant", Millis,
        120_000, 120_000 ..= 120_000, false;
    REGISTER_NAME_SERVER_PERIOD =
        "registerNameServerPeriod", "broker", Millis, 30_000, 10_000 ..= 60_000, false;
    AUTO_CREATE_TOPIC_ENABLE = "autoCreateTopicEnable", "broker", Switch, 1, 0 ..= 1, true;
    BROKER_DEFAULT_TOPIC_QUEUE_NUMS =
        "defaultTopicQueueNums", "broker", Count, 8, 1 ..= 1024, false;
    SEND_MESSAGE_THREAD_POOL_NUMS =
        "sendMessageThreadPoolNums", "broker", Count, 4, 1 ..= 256, false;
    PULL_MESSAGE_THREAD_POOL_NUMS =
        "pullMessageThreadPoolNums", "broker", Count, 24, 1 ..= 256, false;
    SEND_THREAD_POOL_QUEUE_CAPACITY =
        "sendThreadPoolQueueCapacity", "broker", Count, 10_000, 1 ..= 1_000_000, false;
    PULL_THREAD_POOL_QUEUE_CAPACITY =
        "pullThreadPoolQueueCapacity", "broker", Count, 100_000, 1 ..= 1_000_000, false;
    WAIT_TIME_MILLS_IN_SEND_QUEUE =
        "waitTimeMillsInSendQueue", "broker", Millis, 200, 1 ..= 60_000, true;
    WAIT_TIME_MILLS_IN_PULL_QUEUE =
        "waitTimeMillsInPullQueue", "broker", Millis, 5000, 1 ..= 60_000, true;
    LONG_POLLING_ENABLE = "longPollingEnable", "broker", Switch, 1, 0 ..= 1, true;
    SHORT_POLLING_TIME_MILLS = "shortPollingTimeMills", "broker", Millis, 1000, 1 ..= 60_000, true;
    LONG_POLLING_SWEEP = "PullRequestHoldService", "constant", Millis, 5000, 5000 ..= 5000, false;
    MAX_TRANSFER_COUNT_ON_MESSAGE_IN_MEMORY =
        "maxTransferCountOnMessageInMemory", "broker", Count, 32, 1 ..= 1024, true;
    MAX_TRANSFER_BYTES_ON_MESSAGE_IN_MEMORY =
        "maxTransferBytesOnMessageInMemory", "broker", Bytes, 262_144, 1 ..= 16_777_216, true;
    MAX_TRANSFER_COUNT_ON_MESSAGE_IN_DISK =
        "maxTransferCountOnMessageInDisk", "broker", Count, 8, 1 ..= 1024, false;
    MAX_TRANSFER_BYTES_ON_MESSAGE_IN_DISK =
        "maxTransferBytesOnMessageInDisk", "broker", Bytes, 65_536, 1 ..= 16_777_216, false;
    MAX_MESSAGE_SIZE = "maxMessageSize", "broker", Bytes, 4_194_304, 1 ..= 16_777_216, false;
    FLUSH_INTERVAL_COMMIT_LOG =
        "flushIntervalCommitLog", "broker", Millis, 500, 1 ..= 60_000, false;
    FLUSH_COMMIT_LOG_LEAST_PAGES =
        "flushCommitLogLeastPages", "broker", Count, 4, 0 ..= 1024, false;
    FLUSH_COMMIT_LOG_THOROUGH_INTERVAL =
        "flushCommitLogThoroughInterval", "broker", Millis, 10_000, 1 ..= 600_000, false;
    FLUSH_CONSUMER_OFFSET_INTERVAL =
        "flushConsumerOffsetInterval", "broker", Millis, 5000, 100 ..= 600_000, false;
    TRANSIENT_STORE_POOL_ENABLE =
        "transientStorePoolEnable", "broker", Switch, 0, 0 ..= 1, false;
    TRANSIENT_STORE_POOL_SIZE = "transientStorePoolSize", "broker", Count, 5, 1 ..= 1024, false;
    COMMIT_INTERVAL_COMMIT_LOG =
        "commitIntervalCommitLog", "broker", Millis, 200, 1 ..= 60_000, false;
    COMMIT_COMMIT_LOG_LEAST_PAGES =
        "commitCommitLogLeastPages", "broker", Count, 4, 0 ..= 262_144, false;
    COMMIT_COMMIT_LOG_THOROUGH_INTERVAL =
        "commitCommitLogThoroughInterval", "broker", Millis, 200, 1 ..= 600_000, false;
    MAPPED_FILE_SIZE_COMMIT_LOG =
        "mappedFileSizeCommitLog", "broker", Bytes, 1_073_741_824, 4096 ..= 1_073_741_824, false;
    FILE_RESERVED_TIME = "fileReservedTime", "broker", Count, 72, 0 ..= 87_600, false;
    DELETE_WHEN = "deleteWhen", "broker", Count, 4, 0 ..= 23, false;
    DISK_MAX_USED_SPACE_RATIO = "diskMaxUsedSpaceRatio", "broker", Count, 75, 10 ..= 95, false;
    DISK_SPACE_CLEAN_FORCIBLY_RATIO =
        "diskSpaceCleanForciblyRatio", "broker", Count, 85, 30 ..= 85, false;
    DISK_SPACE_WARNING_LEVEL_RATIO =
        "diskSpaceWarningLevelRatio", "broker", Count, 90, 35 ..= 90, false;
    CLEAN_RESOURCE_INTERVAL =
        "cleanResourceInterval", "constant", Millis, 10_000, 10_000 ..= 10_000, false;
    SYNC_FLUSH_TIMEOUT = "syncFlushTimeout", "broker", Millis, 5000, 1 ..= 600_000, false;
    SLAVE_TIMEOUT = "slaveTimeout", "broker", Millis, 3000, 1 ..= 600_000, false;
    IN_SYNC_REPLICAS = "inSyncReplicas", "broker", Count, 1, 1 ..= 16, false;
    HA_TRANSFER_BATCH_SIZE =
        "haTransferBatchSize", "broker", Bytes, 32_768, 1 ..= 16_777_216, false;
    HA_SEND_HEARTBEAT_INTERVAL =
        "haSendHeartbeatInterval", "broker", Millis, 5000, 100 ..= 600_000, false;
    HA_HOUSEKEEPING_INTERVAL =
        "haHousekeepingInterval", "broker", Millis, 20_000, 100 ..= 600_000, false;
    HA_WAIT = "allWaitForRunning", "constant", Millis, 100, 100 ..= 100, false;
    HA_RECONNECT = "DefaultHAClient", "constant", Millis, 5000, 5000 ..= 5000, false;
    SLAVE_SYNCHRONIZE = "SlaveSynchronize", "constant", Millis, 60_000, 60_000 ..= 60_000, false;
    ENABLE_CONTROLLER_IN_NAMESRV =
        "enableControllerInNamesrv", "namesrv", Switch, 0, 0 ..= 1, false;
    ENABLE_ELECT_UNCLEAN_MASTER =
        "enableElectUncleanMaster", "namesrv", Switch, 0, 0 ..= 1, false;
    ENABLE_CONTROLLER_MODE = "enableControllerMode", "broker", Switch, 0, 0 ..= 1, false;
    BROKER_ELECTION_PRIORITY =
        "brokerElectionPriority", "broker", Count, 2_147_483_647, 0 ..= 2_147_483_647, false;
    CONTROLLER_HEART_BEAT_TIMEOUT_MILLS =
        "controllerHeartBeatTimeoutMills", "broker", Millis, 10_000, 1000 ..= 600_000, false;
    BROKER_HEARTBEAT_INTERVAL =
        "brokerHeartbeatInterval", "constant", Millis, 1000, 1000 ..= 1000, false;
    SYNC_BROKER_METADATA_PERIOD =
        "syncBrokerMetadataPeriod", "broker", Millis, 5000, 100 ..= 600_000, false;
    CHECK_SYNC_STATE_SET_PERIOD =
        "checkSyncStateSetPeriod", "broker", Millis, 5000, 100 ..= 600_000, false;
    HA_MAX_TIME_SLAVE_NOT_CATCHUP =
        "haMaxTimeSlaveNotCatchup", "broker", Millis, 15_000, 100 ..= 600_000, false;
    ALL_ACK_IN_SYNC_STATE_SET = "allAckInSyncStateSet", "broker", Switch, 0, 0 ..= 1, false;
    MIN_IN_SYNC_REPLICAS = "minInSyncReplicas", "broker", Count, 1, 1 ..= 16, false;
    SUPPORT_ACTING_MASTER = "supportActingMaster", "namesrv", Switch, 0, 0 ..= 1, false;
    NOTIFY_MIN_BROKER_ID_CHANGED =
        "notifyMinBrokerIdChanged", "namesrv", Switch, 0, 0 ..= 1, false;
    ENABLE_SLAVE_ACTING_MASTER = "enableSlaveActingMaster", "broker", Switch, 0, 0 ..= 1, false;
    ENABLE_REMOTE_ESCAPE = "enableRemoteEscape", "broker", Switch, 0, 0 ..= 1, false;
    ENABLE_AUTO_IN_SYNC_REPLICAS =
        "enableAutoInSyncReplicas", "broker", Switch, 0, 0 ..= 1, false;
    TOTAL_REPLICAS = "totalReplicas", "broker", Count, 1, 1 ..= 16, false;
    BROKER_NOT_ACTIVE_TIMEOUT_MILLIS =
        "brokerNotActiveTimeoutMillis", "broker", Millis, 10_000, 1000 ..= 600_000, false;
    SYNC_BROKER_MEMBER_GROUP_PERIOD =
        "syncBrokerMemberGroupPeriod", "constant", Millis, 1000, 1000 ..= 1000, false;
    DELAY_FOR_A_WHILE = "DELAY_FOR_A_WHILE", "constant", Millis, 100, 100 ..= 100, false;
    SLAVE_READ_ENABLE = "slaveReadEnable", "broker", Switch, 0, 0 ..= 1, false;
    ACCESS_MESSAGE_IN_MEMORY_MAX_RATIO =
        "accessMessageInMemoryMaxRatio", "broker", Count, 40, 0 ..= 100, false;
    REPUT_SLEEP = "ReputMessageService", "constant", Millis, 1, 1 ..= 1, false;
    TRANSACTION_OP_BATCH_INTERVAL =
        "transactionOpBatchInterval", "constant", Millis, 3000, 100 ..= 60_000, false;
    TRANSACTION_CHECK_INTERVAL =
        "transactionCheckInterval", "broker", Millis, 30_000, 100 ..= 600_000, false;
    TRANSACTION_TIMEOUT =
        "transactionTimeOut", "broker", Millis, 6000, 100 ..= 600_000, false;
    MESSAGE_DELAY_LEVEL = "messageDelayLevel", "constant", Count, 18, 18 ..= 18, false;
    RETRY_MAX_TIMES = "retryMaxTimes", "constant", Count, 16, -1 ..= 1000, false;
    RECALL_MESSAGE_ENABLE = "recallMessageEnable", "constant", Switch, 0, 0 ..= 1, false;
    TRANSACTION_CHECK_MAX =
        "transactionCheckMax", "broker", Count, 15, 1 ..= 1000, false;
    USE_SERVER_SIDE_RESET_OFFSET =
        "useServerSideResetOffset", "constant", Switch, 1, 0 ..= 1, false;
    POP_INVISIBLE_TIME =
        "popInvisibleTime", "consumer", Millis, 60_000, 5000 ..= 300_000, false;
    REVIVE_INTERVAL = "reviveInterval", "constant", Millis, 1000, 100 ..= 60_000, false;
    TIMER_PRECISION = "timerPrecisionMs", "constant", Millis, 1000, 1000 ..= 1000, false;
    TIMER_FLUSH_INTERVAL =
        "timerFlushIntervalMs", "constant", Millis, 1000, 100 ..= 60_000, false;
    FLUSH_DELAY_OFFSET_INTERVAL =
        "flushDelayOffsetInterval", "constant", Millis, 10_000, 1000 ..= 600_000, false;
    REPLY_PATIENCE =
        "Broker2Client.callClient", "constant", Millis, 10_000, 10_000 ..= 10_000, false;
    SAVE_ORDERS =
        "ConsumerOrderInfoManager", "constant", Millis, 10_000, 10_000 ..= 10_000, false;
    SCHEDULE_LOOK = "DELAY_FOR_A_WHILE", "constant", Millis, 100, 100 ..= 100, false;
    CHANNEL_EXPIRED_TIMEOUT =
        "channelExpiredTimeout", "broker", Millis, 120_000, 1000 ..= 600_000, false;
    CLIENT_HOUSEKEEPING =
        "ClientHousekeepingService", "constant", Millis, 10_000, 10_000 ..= 10_000, false;
    POLL_NAME_SERVER_INTERVAL =
        "pollNameServerInterval", "client", Millis, 30_000, 10 ..= 600_000, false;
    HEARTBEAT_BROKER_INTERVAL =
        "heartbeatBrokerInterval", "client", Millis, 30_000, 10 ..= 600_000, false;
    PERSIST_CONSUMER_OFFSET_INTERVAL =
        "persistConsumerOffsetInterval", "client", Millis, 5000, 10 ..= 600_000, false;
    REBALANCE_WAIT_INTERVAL =
        "rocketmq.client.rebalance.waitInterval", "client", Millis, 20_000, 1000 ..= 600_000, false;
    REBALANCE_MIN_INTERVAL =
        "rocketmq.client.rebalance.minInterval", "client", Millis, 1000, 1 ..= 600_000, false;
    MQ_CLIENT_API_TIMEOUT = "mqClientApiTimeout", "client", Millis, 3000, 1 ..= 600_000, false;
    SEND_MSG_TIMEOUT = "sendMsgTimeout", "producer", Millis, 3000, 1 ..= 600_000, false;
    RETRY_TIMES_WHEN_SEND_FAILED =
        "retryTimesWhenSendFailed", "producer", Count, 2, 0 ..= 100, false;
    CLIENT_DEFAULT_TOPIC_QUEUE_NUMS =
        "defaultTopicQueueNums", "producer", Count, 4, 1 ..= 1024, false;
    RETRY_TIMES_WHEN_SEND_ASYNC_FAILED =
        "retryTimesWhenSendAsyncFailed", "producer", Count, 2, 0 ..= 100, false;
    RETRY_ANOTHER_BROKER_WHEN_NOT_STORE_OK =
        "retryAnotherBrokerWhenNotStoreOK", "producer", Switch, 0, 0 ..= 1, false;
    SEND_MSG_MAX_TIMEOUT_PER_REQUEST =
        "sendMsgMaxTimeoutPerRequest", "producer", Millis, -1, 0 ..= 600_000, false;
    PRODUCER_MAX_MESSAGE_SIZE =
        "maxMessageSize", "producer", Bytes, 4_194_304, 1 ..= 16_777_216, false;
    ENABLE_BACKPRESSURE_FOR_ASYNC_MODE =
        "enableBackpressureForAsyncMode", "producer", Switch, 0, 0 ..= 1, false;
    BACK_PRESSURE_FOR_ASYNC_SEND_NUM =
        "backPressureForAsyncSendNum", "producer", Count, 1024, 10 ..= 1_000_000, false;
    BACK_PRESSURE_FOR_ASYNC_SEND_SIZE =
        "backPressureForAsyncSendSize", "producer", Bytes,
        104_857_600, 1_048_576 ..= 2_147_483_647, false;
    ASYNC_SENDER_QUEUE =
        "asyncSenderThreadPoolQueue", "constant", Count, 50_000, 50_000 ..= 50_000, false;
    SEND_LATENCY_ENABLE = "sendLatencyEnable", "producer", Switch, 0, 0 ..= 1, false;
    START_DETECTOR_ENABLE = "startDetectorEnable", "producer", Switch, 0, 0 ..= 1, false;
    DETECT_TIMEOUT = "detectTimeout", "producer", Millis, 200, 1 ..= 600_000, false;
    DETECT_INTERVAL = "detectInterval", "producer", Millis, 2000, 1 ..= 600_000, false;
    AUTO_BATCH = "autoBatch", "producer", Switch, 0, 0 ..= 1, false;
    BATCH_MAX_DELAY_MS = "batchMaxDelayMs", "producer", Millis, 10, 1 ..= 30_000, false;
    BATCH_MAX_BYTES = "batchMaxBytes", "producer", Bytes, 32_768, 1 ..= 2_097_152, false;
    TOTAL_BATCH_MAX_BYTES =
        "totalBatchMaxBytes", "producer", Bytes, 33_554_432, 1 ..= 2_147_483_647, false;
    NOT_AVAILABLE_DURATION =
        "notAvailableDuration", "constant", Millis, 10_000, 10_000 ..= 10_000, false;
    CONSUME_THREAD_MIN = "consumeThreadMin", "consumer", Count, 20, 1 ..= 1000, false;
    CONSUME_THREAD_MAX = "consumeThreadMax", "consumer", Count, 20, 1 ..= 1000, false;
    CONSUME_MESSAGE_BATCH_MAX_SIZE =
        "consumeMessageBatchMaxSize", "consumer", Count, 1, 1 ..= 1024, false;
    MAX_RECONSUME_TIMES =
        "maxReconsumeTimes", "consumer", Count, -1, -1 ..= 2_147_483_647, false;
    DELAY_LEVEL_WHEN_NEXT_CONSUME =
        "delayLevelWhenNextConsume", "consumer", Count, 0, -1 ..= 18, false;
    CONSUME_LATER =
        "submitConsumeRequestLater", "constant", Millis, 5000, 5000 ..= 5000, false;
    SUSPEND_CURRENT_QUEUE_TIME_MILLIS =
        "suspendCurrentQueueTimeMillis", "consumer", Millis, 1000, 0 ..= 600_000, false;
    REBALANCE_LOCK_INTERVAL =
        "rocketmq.client.rebalance.lockInterval", "constant", Millis,
        20_000, 20_000 ..= 20_000, false;
    REBALANCE_LOCK_MAX_LIVE_TIME =
        "rocketmq.client.rebalance.lockMaxLiveTime", "constant", Millis,
        30_000, 30_000 ..= 30_000, false;
    REBALANCE_LATER = "rebalanceLater", "constant", Millis, 500, 500 ..= 500, false;
    TRY_LOCK_LATER =
        "tryLockLaterAndReconsume", "constant", Millis, 3000, 3000 ..= 3000, false;
    UNLOCK_DELAY_TIME_MILLS =
        "rocketmq.client.unlockDelayTimeMills", "constant", Millis,
        20_000, 20_000 ..= 20_000, false;
    CLIENT_REBALANCE = "clientRebalance", "consumer", Switch, 1, 0 ..= 1, false;
    POP_BATCH_NUMS = "popBatchNums", "consumer", Count, 32, 1 ..= 32, false;
    POP_THRESHOLD_FOR_QUEUE =
        "popThresholdForQueue", "consumer", Count, 96, 1 ..= 65_535, false;
    PULL_BATCH_SIZE = "pullBatchSize", "consumer", Count, 32, 1 ..= 1024, false;
    LITE_PULL_BATCH_SIZE = "pullBatchSize", "lite pull consumer", Count, 10, 1 ..= 1024, false;
    PULL_THREAD_NUMS = "pullThreadNums", "lite pull consumer", Count, 20, 1 ..= 1000, false;
    PULL_THRESHOLD_FOR_ALL =
        "pullThresholdForAll", "lite pull consumer", Count, 10_000, 1 ..= 6_553_500, false;
    CONSUME_MAX_SPAN =
        "consumeMaxSpan", "lite pull consumer", Count, 2000, 1 ..= 65_535, false;
    POLL_TIMEOUT_MILLIS =
        "pollTimeoutMillis", "lite pull consumer", Millis, 5000, 1 ..= 600_000, false;
    AUTO_COMMIT_INTERVAL_MILLIS =
        "autoCommitIntervalMillis", "lite pull consumer", Millis, 5000, 1000 ..= 600_000, false;
    TOPIC_METADATA_CHECK_INTERVAL_MILLIS =
        "topicMetadataCheckIntervalMillis", "lite pull consumer", Millis,
        30_000, 1000 ..= 600_000, false;
    BROKER_SUSPEND_MAX_TIME_MILLIS =
        "brokerSuspendMaxTimeMillis", "lite pull consumer", Millis, 20_000, 1 ..= 600_000, false;
    PULL_TIME_DELAY_MILLS_ON_EXCEPTION =
        "PULL_TIME_DELAY_MILLS_ON_EXCEPTION", "constant", Millis, 3000, 3000 ..= 3000, false;
    MAX_MESSAGE_NUM = "maxMessageNum", "simple consumer", Count, 16, 1 ..= 32, false;
    INVISIBLE_DURATION =
        "invisibleDuration", "simple consumer", Millis, 15_000, 10_000 ..= 43_200_000, false;
    AWAIT_DURATION = "awaitDuration", "simple consumer", Millis, 20_000, 0 ..= 600_000, false;
    PULL_INTERVAL = "pullInterval", "consumer", Millis, 0, 0 ..= 65_535, false;
    PULL_THRESHOLD_FOR_QUEUE =
        "pullThresholdForQueue", "consumer", Count, 1000, 1 ..= 65_535, false;
    PULL_THRESHOLD_SIZE_FOR_QUEUE =
        "pullThresholdSizeForQueue", "consumer", Count, 100, 1 ..= 1024, false;
    PULL_THRESHOLD_FOR_TOPIC =
        "pullThresholdForTopic", "consumer", Count, -1, -1 ..= 6_553_500, false;
    PULL_THRESHOLD_SIZE_FOR_TOPIC =
        "pullThresholdSizeForTopic", "consumer", Count, -1, -1 ..= 102_400, false;
    CONSUME_TIMEOUT = "consumeTimeout", "consumer", Millis, 900_000, 1000 ..= 86_400_000, false;
    PULL_TIME_DELAY_MILLS_WHEN_SUSPEND =
        "PULL_TIME_DELAY_MILLS_WHEN_SUSPEND", "constant", Millis, 1000, 1000 ..= 1000, false;
    CONSUME_CONCURRENTLY_MAX_SPAN =
        "consumeConcurrentlyMaxSpan", "consumer", Count, 2000, 1 ..= 65_535, false;
    SUSPEND_TIMEOUT_MILLIS =
        "suspendTimeoutMillis", "consumer", Millis, 15_000, 1 ..= 600_000, false;
    PULL_TIME_DELAY_MILLS_WHEN_EXCEPTION =
        "pullTimeDelayMillsWhenException", "client", Millis, 1000, 1 ..= 600_000, false;
    PULL_TIME_DELAY_MILLS_WHEN_CACHE_FULL =
        "PULL_TIME_DELAY_MILLS_WHEN_CACHE_FULL", "constant", Millis, 50, 50 ..= 50, false;
    PULL_REQUEST_FIRST_DELAY =
        "PULL_REQUEST_DELAY_AFTER_REBALANCE", "constant", Millis, 500, 500 ..= 500, false;
    PULL_MAX_IDLE_TIME =
        "rocketmq.client.pull.pullMaxIdleTime", "client", Millis,
        120_000, 1000 ..= 3_600_000, false;
    CONSUMER_TIMEOUT_MILLIS_WHEN_SUSPEND =
        "consumerTimeoutMillisWhenSuspend", "consumer", Millis, 30_000, 1 ..= 600_000, false;
}
