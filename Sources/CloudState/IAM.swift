/// The account's users, roles and policies. They are global: the same in all regions.
package struct IAMState: Sendable, Equatable {
    package init() {}
}
