extension String {
    /// Whether it is the number of an AWS account: twelve digits.
    ///
    /// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html>
    package var isAccountNumber: Bool { utf8.count == 12 && utf8.allSatisfy { (48...57).contains($0) } }
}
