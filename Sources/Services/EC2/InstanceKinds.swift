import CloudState
import ServiceModel

extension ResourceKind {
    static let launchTemplate = ResourceKind(
        "lt", type: "launch-template", noun: "launch template", code: "InvalidLaunchTemplateId")
    static let placementGroup = ResourceKind(
        "pg", type: "placement-group", noun: "placement group", code: "InvalidPlacementGroupId")
    static let spotRequest = ResourceKind(
        "sir", type: "spot-instances-request", noun: "spot instance request", code: "InvalidSpotInstanceRequestID")
    static let profileAssociation = ResourceKind(
        "iip-assoc", type: "", noun: "iam instance profile association", code: "InvalidAssociationID")
}

extension Value {
    /// The members of a structure that another shape has as well: requests and answers about the same thing have
    /// members of the same names.
    func fitted(to shape: Shape) -> Self {
        switch self {
        case .structure(let fields):
            var fitting = Fields()
            for field in fields.fields {
                guard let member = shape.member(field.name) else { continue }
                fitting.append(field.name, field.value.fitted(to: member.shape))
            }
            return .structure(fitting)
        case .list(let values):
            guard let element = shape.element?.shape else { return self }
            return .list(values.map { $0.fitted(to: element) })
        default: return self
        }
    }
}
