/// A resource's tags in the order in which they were set.
package struct Tags: Sendable, Equatable {
    package struct Tag: Sendable, Equatable {
        package var key: String
        package var value: String
    }

    package private(set) var tags: [Tag] = []

    package init() {}

    package init(_ pairs: [(key: String, value: String)]) {
        for pair in pairs { self[pair.key] = pair.value }
    }

    package var isEmpty: Bool { tags.isEmpty }
    package var count: Int { tags.count }

    package subscript(_ key: String) -> String? {
        get { tags.first { $0.key == key }?.value }
        set {
            let index = tags.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): tags[index].value = value
            case (let index?, nil): tags.remove(at: index)
            case (nil, let value?): tags.append(Tag(key: key, value: value))
            case (nil, nil): break
            }
        }
    }
}
