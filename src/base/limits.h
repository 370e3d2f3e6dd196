// Every limit of the project in one table, each with its reason. Limits that experiments or large
// networks need to change are settings (see node/config.h); these are their starting values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace oxbow::limits {

using namespace std::chrono_literals;

// Search -------------------------------------------------------------------------------------
inline constexpr std::uint8_t kDefaultTtl = 7;       // Gnutella's; reaches a LAN's worth of peers
inline constexpr std::uint8_t kTtlCap = 15;          // also of TTL + hops: bounds a flood's reach
inline constexpr std::uint32_t kHitsPerQuery = 100;  // results that one holder answers with
inline constexpr auto kFindTimeout = 10s;            // longer than any flood's own deadlines
inline constexpr auto kPatience = 500ms;             // × TTL of the copies: a child gives up first
inline constexpr std::uint16_t kWalkers = 16;        // Lv et al. 2002 use 16 to 64
inline constexpr std::uint16_t kWalkSteps = 1024;    // a walk that found nothing by then won't
inline constexpr std::uint16_t kWalkCheckEvery = 4;  // steps between questions to the originator
inline constexpr auto kWalkSilence = 5s;             // after which a walker counts as lost
inline constexpr std::uint16_t kMaxWalkers = 256;    // per request
inline constexpr std::size_t kParkedWalkers = 16'384;  // waiting at one peer for an answer

// Tables -------------------------------------------------------------------------------------
inline constexpr std::size_t kSeenEntries = 1'048'576;  // 60 s of 17,000 queries a second
inline constexpr auto kSeenLife = 60s;                  // twice as long as any query can live
inline constexpr auto kSeenProtected = 2s;  // full: nothing younger goes, the query is refused
inline constexpr std::size_t kRouteEntries = 262'144;
inline constexpr auto kRouteLife = 60s;                 // as long as hits may come
inline constexpr std::size_t kUpstreamsPerRoute = 64;   // more links than most peers have
inline constexpr std::uint32_t kHitsPerRoute = 16'384;  // relayed for one query by one peer
inline constexpr std::size_t kHitsPerAnswer = 1'000;    // in a find's answer; a stream carries all
inline constexpr std::size_t kResultsPerHit = 500;      // in one part; the frame may fill up before
inline constexpr std::size_t kEchoEntries = 65'536;     // floods in progress through one peer
inline constexpr std::size_t kTraceSteps = 8'192;       // decisions remembered for `oxbow trace`
inline constexpr std::size_t kHitClock = 16 * 1024;     // of an object in a hit: about 600 actors
inline constexpr std::size_t kScans = 256;    // pattern searches under way: all neighbors' together
inline constexpr std::size_t kOwnScans = 64;  // and, apart from those, our own clients'
inline constexpr std::size_t kRequests = 16'384;  // client requests in progress, all clients

// The ring -----------------------------------------------------------------------------------
inline constexpr std::uint32_t kTokensPerMember = 128;  // the largest share is 1.3 × the mean
inline constexpr std::uint32_t kTokensMost = 1024;      // of one member: eight times the weight
inline constexpr double kWeightLeast = 0.01;            // of a member: a token or two
inline constexpr double kWeightMost = 1.0 * kTokensMost / kTokensPerMember;

// Neighbors ----------------------------------------------------------------------------------
inline constexpr std::uint32_t kOutgoingLinks = 8;
inline constexpr std::uint32_t kIncomingLinks = 32;
inline constexpr std::uint32_t kMinimumDegree = 3;         // below it a peer looks for neighbors
inline constexpr std::uint32_t kDirectConnections = 1024;  // without a link, all kinds
inline constexpr std::uint32_t kDirectForMembers = 256;    // of these, kept for members of the ring
// What one host may have, by its IPv4 address or IPv6 /64; off on loopback.
inline constexpr std::uint32_t kIncomingLinksPerHost = 8;
inline constexpr std::uint32_t kDiscoveredLinksPerHost = 2;
inline constexpr std::uint32_t kDirectPerHost = 128;
inline constexpr std::uint32_t kClientsPerHost = 256;
inline constexpr std::size_t kWarnings = 64;  // standing ones, told apart
inline constexpr auto kDialConfirmedAfter =
    2s;  // an address that failed: once more before that is told
inline constexpr auto kDialReportAgain = 60s;    // an address that failed is dialled again
inline constexpr auto kDialReportLife = 10min;   // of what others say about this peer's address
inline constexpr std::size_t kDialReports = 64;  // peers that say so, told apart
inline constexpr std::size_t kFailedAddresses = 1'024;  // of members, remembered to tell them
inline constexpr double kQueryRate = 20;                // per second and neighbor; off on loopback
inline constexpr double kQueryBurst = 100;
inline constexpr std::uint32_t kRepeatsTolerated = 5;   // same id, same neighbor, no higher TTL
inline constexpr double kRepeatShareTolerated = 0.015;  // of that neighbor's queries
inline constexpr std::size_t kNeighborsEnough = 1;  // others left: then it is cut off for repeats
inline constexpr std::uint32_t kTotalsMost = 0x7fff'ffff;  // messages of one flood: no sum wraps
inline constexpr int kTimeoutWeight = 4;  // answers that make up for one copy left to time out
inline constexpr int kSkippedFrom = 12;   // three more in a row than answers: not waited for
inline constexpr std::uint32_t kSkipsTolerated = 3;   // of one link; at the next it is dropped
inline constexpr std::uint32_t kProbesTolerated = 5;  // unanswered in a row; then it is dropped
inline constexpr auto kNeighborProbeEvery = 1s;       // of a neighbor that is skipped
inline constexpr auto kSkipForgotten = 10min;         // a neighbor that did well for so long
inline constexpr auto kDroppedFirst = 60s;  // a neighbor that never answered is no link for so long
inline constexpr auto kDroppedMost = 15min;             // doubled each time up to it
inline constexpr std::size_t kDroppedPeers = 256;       // remembered
inline constexpr std::uint32_t kOffencesTolerated = 3;  // protocol violations before a hangup
inline constexpr auto kKeepaliveAfter = 2s;             // of silence from a neighbor: it is pinged
inline constexpr auto kSuspectAfter = 4s;        // of silence: it is dialled once more beside
inline constexpr auto kDeadAfter = 6s;           // of silence from a neighbor: it is hung up
inline constexpr auto kOlderAnswers = 2s;        // else its connection gives way to a new one
inline constexpr std::size_t kContenders = 4;    // new connections that wait for one older one
inline constexpr std::size_t kIdConflicts = 64;  // peer ids that two processes use: remembered
inline constexpr auto kConditionOver = 15min;    // not met for so long: told again when it returns
inline constexpr std::size_t kRefusals = 256;    // told apart; of further ones each is told
inline constexpr auto kRefusedMost = 5min;   // pause before a peer that refuses is dialled again
inline constexpr double kNamedDialRate = 4;  // a second: of addresses that one neighbor names
inline constexpr double kNamedDialBurst = 16;
inline constexpr double kNamedDialRateOfAll = 16;  // that all of them name
inline constexpr double kNamedDialBurstOfAll = 64;
inline constexpr double kProbeDialRate = 16;  // a second: of members that failed
inline constexpr double kProbeDialBurst = 32;
inline constexpr auto kRevivedWithin = 1s;  // one that failed is back: the others are tried then
inline constexpr auto kRevivedEvery = 5s;
inline constexpr std::size_t kNamedConnections =
    64;                                            // dialled because a neighbor named the address
inline constexpr auto kNamedIdle = 10s;            // such a connection that nobody uses
inline constexpr auto kProbeEvery = 5s;            // one address that a neighbor states is dialled
inline constexpr auto kProbeEveryFull = 250ms;     // where others are refused and ask for addresses
inline constexpr std::uint32_t kLinksToSpare = 3;  // who has so many can lose one for who has none
inline constexpr auto kLinkKept = 10s;             // but not before it has had it for so long,
inline constexpr double kLinksGivenUp = 2;         // and no more of them a second
inline constexpr auto kAddressesEvery = 1s;        // one neighbor is told addresses
inline constexpr auto kIdleConnection = 180s;      // a connection without a link that nobody uses
inline constexpr auto kRetiredConnection = 2s;     // one of two, silent for that long: hung up
inline constexpr auto kDialBackoffFirst = 500ms;
inline constexpr auto kDialBackoffMost = 30s;
inline constexpr auto kDialTimeout = 5s;
inline constexpr std::size_t kLookups = 64;      // of hosts' names, under way: each has a thread
inline constexpr std::size_t kPongEntries = 10;  // addresses in one pong (Gnutella 0.6)
inline constexpr std::size_t kPongCache = 256;   // addresses remembered
inline constexpr std::size_t kPongCachePerSource = 32;  // unproven, from one neighbor
inline constexpr auto kPongFresh = 600s;       // since it was reached: then no longer passed on
inline constexpr auto kPongFailed = 60s;       // an address that failed is not dialled again
inline constexpr auto kDiscoverEvery = 500ms;  // at most one discovered peer is dialled
inline constexpr std::size_t kSendsAwaitingDial = 64;  // messages waiting for one connection
inline constexpr std::size_t kConfiguredNeighbors = 1024;
inline constexpr std::size_t kTarget = 261;  // HOST:PORT: a host name has at most 255 bytes

// The wire -----------------------------------------------------------------------------------
inline constexpr std::size_t kFrameBeforeHello = 4 * 1024;
inline constexpr std::uint32_t kFramesBeforeHello = 10;
inline constexpr std::size_t kQueryFrame = 2 * 1024;  // a key of 1 KiB and its envelope
inline constexpr std::size_t kHitFrame = 64 * 1024;   // more results go into further parts
inline constexpr std::size_t kQueryDoneFrame = 1024;
inline constexpr std::size_t kFrame = 4 * 1024 * 1024;  // any other
inline constexpr std::size_t kKey = 1024;
inline constexpr std::size_t kValue = 1024 * 1024;
inline constexpr std::size_t kName = 63;           // of a peer or a network
inline constexpr std::size_t kReason = 256;        // text that a stranger gives for hanging up
inline constexpr std::size_t kExplanation = 1024;  // each text of an error that is handed on
inline constexpr std::uint32_t kNesting = 16;      // of msgpack arrays and maps
inline constexpr std::uint32_t kContainerLength = 1024;  // of msgpack arrays and maps
inline constexpr std::size_t kElements = 16 * 1024;  // msgpack values in one message: 16 bytes each
inline constexpr std::size_t kPiece = 64 * 1024;     // of a file, per message
inline constexpr std::uint32_t kPiecesOutstanding = 4;  // that one download asks for ahead
inline constexpr auto kPieceTimeout = 20s;              // a disk that spins up included
inline constexpr auto kReadyTimeout = 10s;              // of `wait ready`, unless the client says
inline constexpr std::uint32_t kPiecesPerConnection = 32;  // asked of one holder by one peer

// Connections and clients ----------------------------------------------------------------------
inline constexpr std::size_t kPressureAbove = 96 * 1024;  // bytes queued: queries are not sent
inline constexpr std::size_t kPressureBelow = 48 * 1024;  // and are sent again
inline constexpr std::size_t kCloseAbove = 16 * 1024 * 1024;
inline constexpr auto kHelloDeadline = 10s;
inline constexpr std::uint32_t kHalfOpen = 64;
inline constexpr std::uint32_t kHalfOpenPerAddress = 4;          // off on loopback
inline constexpr std::size_t kRpcRequest = kValue + 256 * 1024;  // a put: value, context, key
inline constexpr std::uint32_t kRpcInFlight = 256;
inline constexpr std::size_t kRpcAnswer = 64 * 1024 * 1024;    // that a client accepts
inline constexpr std::uint32_t kRpcAnswerLength = 256 * 1024;  // of one list in it, such as hits
inline constexpr std::size_t kRpcAnswerElements = 4 * 1024 * 1024;
inline constexpr std::size_t kRpcUnread = 4 * 1024 * 1024;  // then the peer stops reading
inline constexpr auto kRpcStalled = 30s;                    // unread without progress: closed
inline constexpr std::uint32_t kClients = 1024;
inline constexpr auto kVanishedAfter =
    60s;  // without a sign of the other end's system: TCP gives up
inline constexpr std::size_t kSlowBytes = 32 * 1024;  // unconfirmed: it is looked whether they move
inline constexpr auto kSlowLook = 1s;
inline constexpr std::uint64_t kDescriptors = 48;   // with fewer a peer does not start
inline constexpr std::uint32_t kClientsHere = 128;  // of these, kept for those on this machine
inline constexpr std::size_t kRpcRequestsBytes = 4 * 1024 * 1024;  // of one client, not answered
inline constexpr std::size_t kRpcUnreadMost = 16 * 1024 * 1024;    // an answer has no room beyond
inline constexpr std::uint32_t kRpcSureOfRoom = 16;  // gets in flight whose answers are kept anyway
inline constexpr auto kHalfOpenGrace = 1s;  // full house: the oldest half-open one gives way then
inline constexpr auto kHangupFlush = 2s;    // for the last message of a connection hung up on
inline constexpr std::size_t kLingering = 256;            // hung up, last message under way
inline constexpr std::size_t kLingerBytes = 1024 * 1024;  // thrown away of what it still sends
inline constexpr auto kStandingQuiet =
    60s;  // a condition that did not show itself for so long is over
inline constexpr std::size_t kStandingConditions = 256;  // remembered: a few hundred bytes each
inline constexpr std::uint32_t kLogWarnings = 50;        // lines a second: a stranger must not fill
inline constexpr std::uint32_t kLogInfos = 200;          // the disk
inline constexpr std::size_t kLogLine = 512;  // bytes: most text in it may be a stranger's

// What is held for others: a sum over all connections of what they do not read and of what they
// have sent half. Honest load stays far below: what is large waits for room as a small request.
inline constexpr std::size_t kHeldBytes = 96 * 1024 * 1024;  // then who holds most is hung up on
inline constexpr auto kStalledWhenShort = 1s;                // those that make no progress first
inline constexpr auto kStalledAbove = 2s;                    // of a queue above kCloseAbove: closed
inline constexpr auto kUnfinishedTime = 30s;  // for a frame or request that has come half,
inline constexpr std::size_t kUnfinishedRate = 16 * 1024;  // and a second more for so many bytes
inline constexpr std::size_t kReservedDescriptors = 32;    // of the process, kept free of strangers

// Bytes in flight ------------------------------------------------------------------------------
inline constexpr std::size_t kSmallOperation = 4 * 1024;  // gets and puts below are not counted
inline constexpr std::size_t kFlightOfMember = 4 * 1024 * 1024;  // to and from it: 0.1 s of 40 MB/s
inline constexpr std::size_t kFlightOfAsker =
    4 * 1024 * 1024;                                           // a peer that hands gets and puts on
inline constexpr std::size_t kFlightOfAll = 64 * 1024 * 1024;  // through one peer
inline constexpr std::size_t kFlightRate = 4 * 1024 * 1024;    // a second: what a member is allowed
                                                               // to take longer for many bytes
inline constexpr std::size_t kFlightsWaiting = 8'192;          // gets and puts that wait for room
inline constexpr std::size_t kFlightsWaitingBytes = 32 * 1024 * 1024;  // of their keys and values
inline constexpr std::size_t kPacedPerMember = 1'024;  // small requests that wait for room to be
inline constexpr std::size_t kPacedPerStranger = 64;   // answered; of who is no member
inline constexpr std::size_t kPacedRequests = 16'384;  // of all together
inline constexpr std::size_t kPacedBytes =
    32 * 1024 * 1024;  // of objects begun, on all connections
inline constexpr std::size_t kHitsUnderPressure =
    128 * 1024;                                             // of one neighbor, to another's queue
inline constexpr std::size_t kDialBytes = 8 * 1024 * 1024;  // of messages waiting for one dial

// Local index --------------------------------------------------------------------------------
inline constexpr std::size_t kIndexEntries = 8'388'608;
inline constexpr std::size_t kPublishedBytes = std::size_t{1} << 30;  // values kept in memory
inline constexpr std::size_t kScanKeys = 2'048;             // keys looked at in one slice of a scan
inline constexpr std::size_t kScanBytes = 128 * 1024;       // or bytes of keys
inline constexpr std::size_t kPatternWords = 32;            // of one search by words
inline constexpr std::size_t kPatternMemory = 1024 * 1024;  // of one compiled expression
inline constexpr std::size_t kPatternProgram = 640;  // of a glob: under 5 ms for the longest key

// Shared folders -----------------------------------------------------------------------------
inline constexpr std::size_t kHashBuffer = 256 * 1024;  // read at a time; what hashing costs
inline constexpr std::size_t kUpdateFiles = 512;        // in one IndexUpdate: well under 1 ms
inline constexpr std::size_t kSweepEntries = 4'096;     // looked at while others wait
inline constexpr std::size_t kDiskReads = 128;          // pieces under way: 8 MiB; beyond: busy
inline constexpr std::uint64_t kQuicklyHashed = 64 * 1024 * 1024;  // larger: by one thread only
inline constexpr auto kFileSettles = 100ms;  // unchanged for that long: hashed
inline constexpr auto kFileMayBeOpen = 2s;   // the same, for a file that appeared just now
inline constexpr auto kRescanEvery = 60s;    // where changes cannot be watched
inline constexpr std::size_t kThreadStack = 256 * 1024;

// Versions: checked where a write enters, never on merge ----------------------------------------
inline constexpr std::size_t kObject = 3 * 1024 * 1024;  // with all siblings: fits into one frame
inline constexpr std::size_t kSiblingsWarn = 25;         // the application forgets to send contexts
inline constexpr std::size_t kSiblings = 100;            // it does: the put is refused
inline constexpr std::size_t kClockEntriesWarn = 1'024;  // long before what follows
inline constexpr std::size_t kClockEntries = 4'096;    // that clients and strangers may bring about
inline constexpr std::size_t kContext = 192 * 1024;    // of a client: the longest clock, encoded
inline constexpr std::size_t kRetiredActors = 65'536;  // remembered; then the run is a new one
// Writes that this member numbered and has no copy of; then their actors are given up, at the price
// of a clock entry each.
inline constexpr std::size_t kUnstoredWrites = 16'384;
inline constexpr std::size_t kUnstoredBytes = 16 * 1024 * 1024;
// A time ahead of the clock of whoever takes a write. Local time taken for UTC is 14 h off at most.
inline constexpr auto kTimeAhead = std::chrono::hours(24);
// The same, of what members had before: any time must leave later ones.
inline constexpr auto kTimeAheadKnown = std::chrono::hours(24 * 365 * 100);
inline constexpr auto kClockHeard = std::chrono::hours(1);  // ago: what a member said of its clock

// Gets that fall back to a search -----------------------------------------------------------------
inline constexpr std::size_t kSearchedHolders = 100;  // remembered for one get: others are as good
inline constexpr std::size_t kFetchedBytes = 256 * 1024 * 1024;  // of values on their way here
inline constexpr auto kHolderStalls = 2s;    // without a piece: the next holder, if there is one
inline constexpr auto kHolderIsBusy = 50ms;  // then it is asked for the piece again
inline constexpr std::size_t kObjectScan = 512;  // objects that one slice makes findable

// The store on disk ----------------------------------------------------------------------------
inline constexpr std::size_t kObjectCache = 32 * 1024 * 1024;  // decoded objects, as byte_size()
inline constexpr std::size_t kBlockCache = 8 * 1024 * 1024;    // of files, below that
inline constexpr std::size_t kWriteBuffer = 16 * 1024 * 1024;  // until it goes into a file
inline constexpr std::uint64_t kWal = 32 * 1024 * 1024;  // to be read again after a crash: 0.2 s
inline constexpr std::size_t kOpenFiles = 256;
inline constexpr std::size_t kCommitBytes = 8 * 1024 * 1024;  // in one batch with one sync
inline constexpr std::size_t kSubmitBytes = 256 * 1024;       // committed before the turn is over
inline constexpr std::uint32_t kIdlePollUs = 100;  // a few times what it takes to be woken
inline constexpr auto kGatherDelay = 5ms;          // writes that nobody waits for share a commit
inline constexpr std::uint64_t kDiskReserve = 64 * 1024 * 1024;  // free; then writes are refused
inline constexpr auto kDiskCheckEvery = 1s;  // free space, and whether a full disk still is
inline constexpr std::uint64_t kCountedAtOpen = 8 * 1024 * 1024;  // a larger store is estimated

// Replicas -----------------------------------------------------------------------------------
inline constexpr std::size_t kObjectPart = kFrame - 64 * 1024;  // larger objects go in parts
inline constexpr std::size_t kPartEntries = kObjectPart / 45;   // of a clock, at their largest: in
                                                                // memory they take as much
inline constexpr std::size_t kPendingBytes = 64 * 1024 * 1024;  // unsynced writes; then refused
inline constexpr std::uint32_t kCopiesMost = 64;                // N: more would be flooding
inline constexpr std::size_t kMembers = 4'096;  // records of members, those that left included
inline constexpr std::size_t kBuckets = 256;    // each is a promise that people have to remember
inline constexpr auto kGossipEvery = 1s;        // one neighbor or member is told our digest
inline constexpr std::uint64_t kBucketVersions = 1'000'000'000;
inline constexpr std::uint64_t kBucketVersionsAtOnce = 1'000'000;  // more: one a second since 2020,
inline constexpr auto kBucketVersionAhead = std::chrono::hours(24);  // and so a forged one can be
                                                                     // outbid a second later
inline constexpr std::uint64_t kIncarnationMost = std::uint64_t{1} << 52;  // µs: the year 2112
inline constexpr auto kIncarnationAhead = std::chrono::hours(24);  // of most clocks: it weighs less
inline constexpr auto kClockDiffers = 5min;                        // from those of others,
inline constexpr auto kClockDoubted = 5s;                          // for so long: that is told
inline constexpr std::uint32_t kRingTokens = 1024 * 1024;  // of all members: some 30 MB and 20 ms
inline constexpr std::size_t kRingRedrawnAtOnce = 32 * 1024;  // tokens: under a millisecond
inline constexpr auto kRedrawPause = 1us;  // for each token of a larger ring, between redraws
inline constexpr std::uint32_t kPutRightAtOnce = 3;  // what others say wrongly of this peer; then
inline constexpr auto kDisputePause = 1s;       // another process seems to use its id: this pause
inline constexpr auto kDisputePauseMost = 30s;  // doubles, with jitter
inline constexpr auto kDisputeOver = 2min;      // without a contradiction
inline constexpr auto kProposeAfter = 2s;  // of news of a ring: then a member proposes its buckets
inline constexpr auto kRingPatience =
    3s;  // a peer that starts without a ring waits for news of one
inline constexpr auto kRingSettles = 300ms;   // and, having heard some, for as long as more come in
inline constexpr auto kKeepRingPause = 20ms;  // between writes of the records to the store, and
inline constexpr std::size_t kKeepRingRecords = 64;  // again for each so many of them
inline constexpr double kRingListRate = 4;  // a second and connection: lists of all members
inline constexpr double kRingListBurst = 16;
inline constexpr auto kOperationTimeout = 5s;       // of a get or put, unless the client says
inline constexpr auto kReplicaTimeout = 500ms;      // a member that has not answered by then failed
inline constexpr auto kMemberRetry = 1s;            // a member that failed is asked again after it
inline constexpr auto kMemberRetryMost = 10s;       // the pause doubles up to it, with jitter
inline constexpr std::size_t kOperations = 16'384;  // gets and puts under way at one peer
inline constexpr double kFullReads = 1'000;  // a second: gets that ask all N, for repair; then R
inline constexpr auto kLookupTimeout = 5s;   // of a ring lookup
inline constexpr auto kStepDoubted =
    250ms;  // a lookup's next member, silent for so long: is pinged
inline constexpr auto kStepPatience = 500ms;         // and for so long: has failed
inline constexpr std::size_t kLookupSteps = 16'384;  // sent on, of which that is not yet known
inline constexpr std::uint32_t kLookupDetours = 3;   // of one lookup at one peer
inline constexpr auto kHintLife = std::chrono::hours(9 * 24);  // older ones go where room is short
inline constexpr auto kHintWindow = 3h;           // hints are written for members absent up to it
inline constexpr std::size_t kHints = 1'000'000;  // kept at one peer, for all
inline constexpr std::size_t kHintBytes = std::size_t{1} << 30;
inline constexpr auto kHintClockEvery = 1min;  // while hints are kept, their clock is kept too
inline constexpr auto kRecentWrites = 30s;     // keys written are remembered: see RecentWrites
inline constexpr auto kRecentWritesStep = 1s;  // of which one commit counts at most so much
inline constexpr std::size_t kRecentCommits = 65'536;              // likewise, of so many commits
inline constexpr std::size_t kRecentBytes = 8 * 1024 * 1024;       // and bytes of keys,
inline constexpr std::size_t kRecentBytesKept = 64 * 1024 * 1024;  // those of runs before included
inline constexpr std::size_t kOfferKeys = 64;     // offered after an unclean stop, at a time
inline constexpr auto kOfferAgain = 10s;          // where neither a primary nor a hint took them
inline constexpr auto kHandoffEvery = 1s;         // members with hints waiting are tried that often
inline constexpr std::size_t kHandoffBatch = 64;  // hints under way to one member
inline constexpr double kHandoffRate = 16.0 * 1024 * 1024;  // bytes a second, to all members
inline constexpr auto kHandoffPatience = 5s;  // for the answer to one hint: bulk may be slow
inline constexpr std::size_t kHandoffPage = 1024 * 1024;  // bytes of hints read in one go
inline constexpr auto kMoveAgain = 10s;  // what could not be handed on is tried again: at first
inline constexpr auto kMoveAgainMost = 5min;   // and at last
inline constexpr auto kSumsEvery = 20ms;       // between pages of a store counted anew
inline constexpr auto kLeavePatience = 5s;     // `ring leave` waits for what has to move
inline constexpr std::size_t kMovePage = 64;   // objects looked at in one slice after a ring change
inline constexpr auto kOperationMost = 10min;  // that a client may give a get or put
inline constexpr std::uint32_t kCoordinatorsTried = 4;  // for one get, one after the other
inline constexpr std::size_t kDamagedCopies =
    4'096;                                       // being read from others; then as they are met
inline constexpr auto kDamagedRetry = 5s;        // a damaged copy that too few could answer for
inline constexpr auto kPatienceUnknown = 100ms;  // for a member of which nothing is known yet
inline constexpr auto kPatienceLeast = 50ms;     // a busy machine takes as long to run a process
inline constexpr int kPatienceTimes = 3;  // of what a member usually takes, and its variation
inline constexpr auto kFreshAnswer =
    5ms;  // a member that answered so lately is not confirmed first
inline constexpr std::size_t kUngrantedBytes = 64 * 1024 * 1024;  // of writes that wait for a grant
inline constexpr std::size_t kUngrantedOfPeer = 16 * 1024 * 1024;  // of one peer
inline constexpr auto kGrantPatience = 10s;  // of a coordinator; who grants answers in a round trip
inline constexpr auto kProbeMember = 250ms;  // pause between pings of one member that is doubted
inline constexpr auto kCoordinatorsRest =
    100ms;  // when all said that they are no owners; then anew

// Simulation ---------------------------------------------------------------------------------
inline constexpr std::uint32_t kSimPeers = 20'000'000;    // some 4 GiB with 10 links each
inline constexpr std::size_t kSimLinks = 200'000'000;     // 8 bytes each, twice that while built
inline constexpr std::uint64_t kSimTokens = 50'000'000;   // of all members of a simulated ring
inline constexpr std::uint64_t kSimCopies = 100'000'000;  // of all objects: 12 bytes each
inline constexpr std::uint32_t kSimObjects = 1'000'000;   // each with its list of holders
inline constexpr std::uint32_t kSimQueries = 5'000'000;   // 80 bytes of figures each
inline constexpr std::uint32_t kSimTtl = 65'535;          // two bytes a peer

}  // namespace oxbow::limits
