import CloudState
import EventPatterns
import JSONValue
import ServiceModel

/// Batches of the records of one lane of a shard.
enum StreamBatches {
    /// Begins the lane's next batch, if there is one.
    ///
    /// - Returns: when to look again, where that is known.
    static func begin(
        _ lane: StreamPoll.Lane, _ shard: StreamShard, _ stream: KinesisStream, _ id: String,
        _ context: inout CallContext
    ) -> Timestamp? {
        guard let mapping = context.lambda.eventSourceMappings[id], var progress = mapping.positions[lane.name],
            !progress.isRunning
        else { return nil }
        if let time = progress.notBefore, time > context.now { return time }
        guard let name = try? FunctionName(mapping.functionARN, context),
            let function = context.lambda.functions[name.name],
            let version = try? InvokeCalls.chosen(function, name.qualifier, &context), version.isActive
        else { return nil }
        if progress.pending.isEmpty {
            let due = fill(&progress, lane, shard, stream, mapping, function, version, &context)
            save(progress, lane, id, &context)
            guard !progress.pending.isEmpty else { return due }
        }
        dropOld(&progress, lane, shard, stream, mapping, &context)
        guard let batch = progress.pending.first else {
            save(progress, lane, id, &context)
            return context.now
        }
        let isFinal = batch.numbers.isEmpty
        var records: [JSON] = []
        var items: [FunctionInvocation.BatchItem] = []
        for number in batch.numbers {
            guard let record = shard[number] else { continue }
            let sequence = SequenceNumbers.text(number + SequenceNumbers.offset, shard.number, stream)
            records.append(document(record, sequence, shard, mapping, version, context.region))
            items.append(.init(id: sequence, receiptHandle: "", shard: lane.name))
        }
        guard isFinal || !records.isEmpty else {
            // They are too old for the stream.
            progress.pending.removeFirst()
            save(progress, lane, id, &context)
            return context.now
        }
        if isFinal { items = [.init(id: "", receiptHandle: "", shard: lane.name)] }
        var payload: JSONObject = ["Records": .array(records)]
        StreamWindows.describe(progress, shard, mapping, isFinal: isFinal, &payload)
        progress.isRunning = true
        save(progress, lane, id, &context)
        if let first = batch.numbers.first.flatMap({ shard[$0] }) {
            context.world.addMetrics(
                [("IteratorAge", Double(context.now.milliseconds - first.arrival.milliseconds), "Milliseconds")],
                namespace: "AWS/Lambda", dimension: ("FunctionName", function.id), region: context.region)
        }
        InvokeCalls.begin(
            .mapping(uuid: id, items: items), function, version, qualifier: name.qualifier,
            requestID: context.world.ids.uuid("\(context.region)/lambda/request"),
            payload: JSON.object(payload).serialized(), clientContext: nil, isAwaited: false, &context)
        return nil
    }

    static func save(
        _ progress: StreamProgress, _ lane: StreamPoll.Lane, _ id: String, _ context: inout CallContext
    ) {
        context.lambda.eventSourceMappings.update(id) { $0.positions[lane.name] = progress }
    }

    /// Reads the next batch into `pending`; says when to look again where it is not full and has time.
    private static func fill(
        _ progress: inout StreamProgress, _ lane: StreamPoll.Lane, _ shard: StreamShard, _ stream: KinesisStream,
        _ mapping: EventSourceMapping, _ function: LambdaFunction, _ version: FunctionVersion,
        _ context: inout CallContext
    ) -> Timestamp? {
        progress.position = max(progress.position, shard.first)
        let size = mapping.settings["BatchSize"]?.number ?? 100
        let window = mapping.settings["MaximumBatchingWindowInSeconds"]?.number ?? 0
        var numbers: [Int] = []
        var after = progress.position
        // What no filter wants, and what other lanes have, is passed over.
        while numbers.isEmpty, after < shard.next {
            let found: [Value]
            do {
                found = try StreamPoll.read(
                    from: after, shard, stream, role: version.role, session: function.id,
                    limit: lane.count == 1 ? size : 10_000, &context)
            } catch {
                StreamPoll.deny(mapping.id, &context)
                return nil
            }
            let before = after
            for record in found {
                guard numbers.count < size, let sequence = record["SequenceNumber"]?.text,
                    let number = SequenceNumbers.number(sequence, shard.number, stream).map({
                        $0 - SequenceNumbers.offset
                    }), let own = shard[number], StreamWindows.belongs(own, progress, mapping)
                else { break }
                after = number + 1
                guard lane.holds(own.partitionKey), isWanted(own, sequence, mapping) else { continue }
                numbers.append(number)
                if progress.windowStart == nil { StreamWindows.open(&progress, own, mapping) }
            }
            if after == before { break }
        }
        if let first = numbers.first.flatMap({ shard[$0] }), numbers.count < size, window > 0, shard.closed == nil {
            let due = first.arrival.adding(seconds: window)
            if due > context.now { return due }
        }
        progress.position = after
        guard numbers.isEmpty else {
            progress.pending = [.init(numbers: numbers)]
            return nil
        }
        return StreamWindows.finish(&progress, mapping, context.now)
    }

    private static func isWanted(_ record: StreamRecord, _ sequence: String, _ mapping: EventSourceMapping) -> Bool {
        let filters = mapping.settings["FilterCriteria"]?["Filters"]?.elements ?? []
        guard !filters.isEmpty else { return true }
        let text = String(validating: record.data, as: UTF8.self)
        let data = text.flatMap { try? JSON.parse($0, maximumDepth: 64) } ?? .string(text ?? "")
        let document: JSON = [
            "kinesisSchemaVersion": "1.0", "partitionKey": .string(record.partitionKey),
            "sequenceNumber": .string(sequence), "data": data,
            "approximateArrivalTimestamp": .number(Double(record.arrival.milliseconds) / 1000),
        ]
        return filters.contains { filter in
            (try? EventPattern(filter["Pattern"]?.text ?? ""))?.matches(document) ?? false
        }
    }

    private static func document(
        _ record: StreamRecord, _ sequence: String, _ shard: StreamShard, _ mapping: EventSourceMapping,
        _ version: FunctionVersion, _ region: String
    ) -> JSON {
        [
            "kinesis": [
                "kinesisSchemaVersion": "1.0", "partitionKey": .string(record.partitionKey),
                "sequenceNumber": .string(sequence), "data": .string(Base64.encode(record.data)),
                "approximateArrivalTimestamp": .number(Double(record.arrival.milliseconds) / 1000),
            ],
            "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventID": .string("\(shard.id):\(sequence)"),
            "eventName": "aws:kinesis:record", "invokeIdentityArn": .string(version.role),
            "awsRegion": .string(region), "eventSourceARN": .string(mapping.sourceARN),
        ]
    }

    /// Gives up records that are older than the mapping wants them.
    private static func dropOld(
        _ progress: inout StreamProgress, _ lane: StreamPoll.Lane, _ shard: StreamShard, _ stream: KinesisStream,
        _ mapping: EventSourceMapping, _ context: inout CallContext
    ) {
        guard let most = mapping.settings["MaximumRecordAgeInSeconds"]?.number, most > 0 else { return }
        let horizon = context.now.adding(seconds: -most)
        while let batch = progress.pending.first, !batch.numbers.isEmpty {
            let old = batch.numbers.filter { number in shard[number].map { $0.arrival < horizon } ?? true }
            guard !old.isEmpty else { return }
            StreamFailures.report(
                .init(numbers: old, attempts: batch.attempts), "RecordAgeExceeded", nil, shard, stream, mapping,
                &context)
            let rest = batch.numbers.filter { !old.contains($0) }
            if rest.isEmpty { progress.pending.removeFirst() } else { progress.pending[0].numbers = rest }
        }
    }
}
