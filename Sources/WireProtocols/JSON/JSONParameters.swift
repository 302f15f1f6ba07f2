package import JSONValue
package import ServiceModel

/// Parameters of an operation that are written as JSON with the model's own names, whatever the service's protocol.
package enum JSONParameters {
    /// Decodes a structure by walking its shape.
    package static func decode(_ json: JSON, _ shape: Shape) throws(ServiceError) -> Fields {
        try ModelJSONDecoder(usesLocationNames: false).structure(json, shape)
    }
}
