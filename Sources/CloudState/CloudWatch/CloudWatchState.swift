package import ServiceModel

/// Amazon CloudWatch's records in one region: metrics, alarms and dashboards.
package struct CloudWatchState: Sendable, Equatable {
    package var metrics = ResourceTable<Metric>()
    package var alarms = ResourceTable<Alarm>()
    package var compositeAlarms = ResourceTable<CompositeAlarm>()
    package var dashboards = ResourceTable<Dashboard>()
    /// Oldest first; the newest thousands are kept.
    package var history: [AlarmHistoryItem] = []

    package init() {}

    /// Whether there is an alarm of that ARN, of either kind.
    package func hasAlarm(_ arn: String) -> Bool {
        alarms.contains { $0.arn == arn } || compositeAlarms.contains { $0.arn == arn }
    }

    package mutating func remember(_ item: AlarmHistoryItem) {
        // Dropping half at a time keeps adding cheap.
        if history.count >= 10_000 { history.removeFirst(5_000) }
        history.append(item)
    }
}

extension CallContext {
    /// CloudWatch's records in the region that was called.
    package var cloudWatch: CloudWatchState {
        get { world.regions[regionIndex].cloudWatch }
        _modify { yield &world.regions[regionIndex].cloudWatch }
    }
}

/// A name and value that tell metrics of one name apart.
package struct Dimension: Sendable, Equatable, Hashable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What identifies a metric: namespace, name and dimensions, whose order says nothing.
package struct MetricKey: Sendable, Equatable {
    package var namespace: String
    package var name: String
    /// Sorted by name.
    package var dimensions: [Dimension]

    package init(namespace: String, name: String, dimensions: [Dimension]) {
        self.namespace = namespace
        self.name = name
        self.dimensions = dimensions.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
    }

    /// One text for the table; lengths keep texts apart that run into each other.
    package var text: String {
        var text = "\(namespace.utf8.count):\(namespace)\(name.utf8.count):\(name)"
        for dimension in dimensions {
            text += "\(dimension.name.utf8.count):\(dimension.name)\(dimension.value.utf8.count):\(dimension.value)"
        }
        return text
    }

    package subscript(_ dimension: String) -> String? { dimensions.first { $0.name == dimension }?.value }
}

/// A metric with its data.
package struct Metric: ResourceRecord {
    /// What was measured in one minute, or one second where it was stored so.
    package struct Point: Sendable, Equatable {
        package var time: Timestamp
        package var sum: Double
        package var minimum: Double
        package var maximum: Double
        package var count: Double

        package init(time: Timestamp, sum: Double, minimum: Double, maximum: Double, count: Double) {
            self.time = time
            self.sum = sum
            self.minimum = minimum
            self.maximum = maximum
            self.count = count
        }
    }

    package var key: MetricKey
    package var unit: String
    /// By ascending time.
    package private(set) var points: [Point] = []

    package var id: String { key.text }

    /// How many points a metric keeps: a week of minutes.
    private static let limit = 10_080

    package init(key: MetricKey, unit: String) {
        self.key = key
        self.unit = unit
    }

    /// Adds what was measured, to the point of the same time where there is one.
    package mutating func add(_ point: Point) {
        var place = points.count
        while place > 0, points[place - 1].time > point.time { place -= 1 }
        if place > 0, points[place - 1].time == point.time {
            points[place - 1].sum += point.sum
            points[place - 1].minimum = min(points[place - 1].minimum, point.minimum)
            points[place - 1].maximum = max(points[place - 1].maximum, point.maximum)
            points[place - 1].count += point.count
        } else {
            points.insert(point, at: place)
            if points.count > Self.limit { points.removeFirst(Self.limit / 2) }
        }
    }
}

extension World {
    /// Adds what a service of AWS has measured of one of its resources, to the minute that it is now.
    package mutating func addMetrics(
        _ data: [(name: String, value: Double, unit: String)], namespace: String, dimension: (String, String),
        region: String
    ) {
        let index = regionIndex(region)
        let minute = Timestamp(milliseconds: now.milliseconds / 60_000 * 60_000)
        for datum in data {
            let key = MetricKey(
                namespace: namespace, name: datum.name, dimensions: [.init(name: dimension.0, value: dimension.1)])
            var metric = regions[index].cloudWatch.metrics[key.text] ?? Metric(key: key, unit: datum.unit)
            metric.add(
                Metric.Point(time: minute, sum: datum.value, minimum: datum.value, maximum: datum.value, count: 1))
            regions[index].cloudWatch.metrics.insert(metric)
        }
    }
}
