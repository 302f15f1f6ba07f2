extension CallContext {
    /// AWS KMS's records in the region that was called.
    package var kms: KMSState {
        get { world.regions[regionIndex].kms }
        _modify { yield &world.regions[regionIndex].kms }
    }

    /// Systems Manager's records in the region that was called.
    package var ssm: SSMState {
        get { world.regions[regionIndex].ssm }
        _modify { yield &world.regions[regionIndex].ssm }
    }
}
