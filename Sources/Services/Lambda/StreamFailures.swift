import CloudState
import JSONValue
import ServiceModel

// What comes of a batch of a stream: the next one, or another try.
extension StreamPoll {
    static func finish(
        _ id: String, _ items: [FunctionInvocation.BatchItem], _ invocation: FunctionInvocation,
        _ outcome: FunctionOutcome, _ context: inout CallContext
    ) {
        guard let mapping = context.lambda.eventSourceMappings[id], let lane = items.first?.shard.flatMap(Lane.init),
            var progress = mapping.positions[lane.name],
            let stream = stream(mapping, context.world.regions[context.regionIndex]),
            stream.shards.indices.contains(lane.shard)
        else { return }
        progress.isRunning = false
        let shard = stream.shards[lane.shard]
        switch outcome.ending {
        case .throttled: progress.notBefore = context.now.adding(seconds: 1)
        case .failure:
            StreamFailures.failed(&progress, from: nil, invocation, outcome, shard, stream, mapping, &context)
        case .success:
            let reports =
                mapping.settings["FunctionResponseTypes"]?.elements?.contains("ReportBatchItemFailures") ?? false
            let failed = reports ? QueuePoll.failures(mapping, items, outcome.payload) : []
            if let first = items.firstIndex(where: { failed.contains($0.id) }) {
                StreamFailures.failed(&progress, from: first, invocation, outcome, shard, stream, mapping, &context)
            } else {
                if !progress.pending.isEmpty { progress.pending.removeFirst() }
                progress.notBefore = nil
                StreamWindows.note(&progress, isFinal: items.first?.id == "", outcome.payload, mapping)
            }
        }
        StreamBatches.save(progress, lane, id, &context)
        context.lambda.eventSourceMappings.update(id) { mapping in
            mapping.lastResult = outcome.ending == .success ? "OK" : "PROBLEM: Function call failed"
        }
        // The next batch does not wait for anything.
        let due = max(progress.notBefore ?? context.now, context.now)
        context.world.agenda.schedule(.event(.lambda(.poll(uuid: id)), region: context.region), at: due)
    }
}

/// Batches that the function could not do.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-errors.html>
enum StreamFailures {
    /// Has a batch tried again, whole or in halves, or gives it up.
    ///
    /// - Parameter place: which record of the batch is the first that the function says it could not do; nil for all.
    static func failed(
        _ progress: inout StreamProgress, from place: Int?, _ invocation: FunctionInvocation,
        _ outcome: FunctionOutcome, _ shard: StreamShard, _ stream: KinesisStream, _ mapping: EventSourceMapping,
        _ context: inout CallContext
    ) {
        guard var batch = progress.pending.first else { return }
        // What comes before it is done.
        if let place, place > 0 { batch = .init(numbers: Array(batch.numbers.dropFirst(place))) }
        let bisects = mapping.settings["BisectBatchOnFunctionError"] == .boolean(true)
        let most = mapping.settings["MaximumRetryAttempts"]?.number ?? -1
        progress.pending.removeFirst()
        if bisects, batch.numbers.count > 1 {
            // Splitting is no retry. With a record named, what came before it was split off.
            let middle = (batch.numbers.count + 1) / 2
            progress.pending.insert(
                contentsOf: [
                    .init(numbers: Array(batch.numbers[..<middle]), attempts: batch.attempts),
                    .init(numbers: Array(batch.numbers[middle...]), attempts: batch.attempts),
                ], at: 0)
            progress.notBefore = nil
            return
        }
        batch.attempts += 1
        if most >= 0, batch.attempts > most {
            report(batch, "RetryAttemptsExhausted", (invocation, outcome), shard, stream, mapping, &context)
            progress.notBefore = nil
            return
        }
        progress.pending.insert(batch, at: 0)
        progress.notBefore = context.now.adding(seconds: min(60, 1 << min(batch.attempts - 1, 6)))
    }

    /// Tells the destination on failure of records that are given up.
    static func report(
        _ batch: StreamProgress.Batch, _ condition: String, _ last: (FunctionInvocation, FunctionOutcome)?,
        _ shard: StreamShard, _ stream: KinesisStream, _ mapping: EventSourceMapping, _ context: inout CallContext
    ) {
        guard let target = mapping.settings["DestinationConfig"]?["OnFailure"]?["Destination"]?.text,
            let first = batch.numbers.first, let end = batch.numbers.last
        else { return }
        func sequence(_ number: Int) -> JSON {
            .string(SequenceNumbers.text(number + SequenceNumbers.offset, shard.number, stream))
        }
        func arrival(_ number: Int) -> JSON { shard[number].map { .string($0.arrival.iso8601) } ?? .null }
        var response: JSONObject = [
            "statusCode": 200, "executedVersion": .string(last?.0.version.version ?? "$LATEST"),
        ]
        if case .failure(let kind)? = last?.1.ending { response.set("functionError", to: .string(kind)) }
        let document: JSON = [
            "requestContext": [
                "requestId": .string(last?.0.requestID ?? context.world.ids.uuid("\(context.region)/lambda/request")),
                "functionArn": .string(mapping.functionARN), "condition": .string(condition),
                "approximateInvokeCount": .integer(batch.attempts),
            ],
            "responseContext": .object(response), "version": "1.0", "timestamp": .string(context.now.iso8601),
            "KinesisBatchInfo": [
                "shardId": .string(shard.id), "startSequenceNumber": sequence(first),
                "endSequenceNumber": sequence(end), "approximateArrivalOfFirstRecord": arrival(first),
                "approximateArrivalOfLastRecord": arrival(end), "batchSize": .integer(batch.numbers.count),
                "streamArn": .string(stream.arn),
            ],
        ]
        Completion.deliver(document.serializedString(), to: target, &context)
    }
}
