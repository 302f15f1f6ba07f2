/// The services that a policy can name as its principal.
///
/// IAM refuses others, and with them a name that is misspelt (`ecs-task.amazonaws.com`). AWS publishes no list: these are the
/// names under which services sign and answer, and those that the pages of their roles give.
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services>.
package enum ServicePrincipals {
    /// Whether a service goes by this name, with or without a region (`ssm.eu-west-1.amazonaws.com`), or as a part of another
    /// (`replication.ecr.amazonaws.com`).
    package static func knows(_ name: String) -> Bool {
        if name.hasSuffix(".aws.internal") { return true }
        guard let suffix = [".amazonaws.com", ".amazonaws.com.cn"].first(where: name.hasSuffix) else { return false }
        var labels = name.dropLast(suffix.count).split(separator: ".", omittingEmptySubsequences: false)
        if labels.count > 1, let last = labels.last, RegionFacts.named(String(last)) != nil { labels.removeLast() }
        return names.contains(labels.joined(separator: ".")) || labels.last.map { names.contains(String($0)) } ?? false
    }

    private static let names = Set(table.split(whereSeparator: \.isWhitespace).map(String.init))

    private static let table = """
        access-analyzer account acm acm-pca aco-automation agreement-marketplace aidevops aiops airflow airflow-env
        airflow-serverless alexa-appkit amplify amplifybackend amplifyuibuilder aoss apigateway app-integrations
        appconfig appconfigdata appfabric appflow application-autoscaling application-cost-profiler
        application-insights application-signals applicationinsights appmesh appmesh-preview apprunner appstream
        appstream2 appsync aps arc-region-switch arc-zonal-shift artifact athena athena-connector auditmanager
        autoscaling autoscaling-plans aws-artifact-account-sync aws-marketplace awslicensemanager awsservicecatalog
        awsssoportal b2bi backup backup-gateway backup-reports backup-search batch bcm-dashboards bcm-data-exports
        bcm-pricing-calculator bcm-recommended-actions bedrock bedrock-agent bedrock-agent-runtime bedrock-agentcore
        bedrock-agentcore-control bedrock-data-automation bedrock-data-automation-runtime bedrock-runtime billing
        billing-cost-management billingconductor billingconsole braket budgets cases cassandra cassandra-streams ce
        chatbot chime cleanrooms cleanrooms-ml cloud9 cloudcontrolapi clouddirectory cloudformation cloudfront
        cloudfront-keyvaluestore cloudhsm cloudhsmv2 cloudsearch cloudsearchdomain cloudtrail cloudtrail-data
        cloudwatch cloudwatch-crossaccount codeartifact codebuild codecatalyst codecommit codeconnections codedeploy
        codeguru codeguru-profiler codeguru-reviewer codeguru-security codepipeline codestar codestar-connections
        codestar-notifications codewhisperer cognito-identity cognito-idp cognito-sync comprehend comprehendmedical
        compute-optimizer config config-conforms config-multiaccountsetup connect connect-campaigns contact-lens
        controlcatalog controltower cost-optimization-hub cur customer-profiles data-signer databrew dataexchange
        datapipeline datasync datazone dax deadline deepcomposer deeplens deepracer delegatedadmin deployment
        deployment-marketplace detective developers devicefarm devops devops-guru directconnect discovery
        discovery-marketplace dlm dms docdb docdb-elastic drs ds ds-data dsql dynamodb ebs ec2 ec2-instance-connect
        ec2fleet ec2scheduled ecr ecr-public ecs ecs-tasks edgelambda eks eks-auth eks-connector eks-fargate
        eks-fargate-pods eks-nodegroup elastic-inference elasticache elasticbeanstalk elasticfilesystem
        elasticloadbalancing elasticmapreduce elastictranscoder elemental-inference email emr-containers
        emr-serverless entityresolution es eventbridge events evidently evs execute-api finspace finspace-api firehose
        fis fms forecast forecastquery frauddetector freetier fsx gamelift gameliftstreams gamesparks geo geo-maps
        geo-places geo-routes glacier globalaccelerator glue grafana greengrass groundstation guardduty hawkeye health
        health-agent healthlake honeycode hypercube iam identity-chime identitystore imagebuilder imagerecipe
        importexport inspector inspector-scan inspector2 interconnect internetmonitor invoicing iot iot-jobs-data
        iotanalytics iotdata iotdeviceadvisor iotevents ioteventsdata iotfleetwise iotmanagedintegrations
        iotroborunner iotsecuredtunneling iotsitewise iotthingsgraph iottwinmaker iotwireless ivs ivschat ivsrealtime
        jellyfish kafka kafkaconnect kendra kendra-ranking kinesis kinesisanalytics kinesisvideo kms lakeformation
        lambda launchwizard lex lexv2 license-manager license-manager-linux-subscriptions
        license-manager-user-subscriptions lightsail logs lookoutequipment lookoutmetrics lookoutvision m2
        machinelearning macie macie2 mail-manager managedblockchain managedblockchain-query managedservices
        marketplace marketplacecommerceanalytics media-pipelines-chime mediaconnect mediaconvert medialive
        mediapackage mediapackage-vod mediapackagev2 mediastore mediatailor medical-imaging meetings-chime memory-db
        memorydb messaging-chime metering-marketplace mgh mgn migrationhub migrationhub-config
        migrationhub-orchestrator migrationhub-strategy mobileanalytics mobilehub mobiletargeting models-v2-lex
        monitoring monitron mpa mq msk mturk-requester neptune neptune-db neptune-graph network-firewall
        networkflowmonitor networkmanager networkmonitor nimble notifications notifications-contacts nova-act oam
        observabilityadmin odb oidc omics opensearchservice opsworks opsworks-cm organizations osis osis-pipelines
        outposts panorama partnercentral-account partnercentral-benefits partnercentral-channel partnercentral-selling
        payment-cryptography pca-connector-ad pca-connector-scep pcs personalize personalize-events
        personalize-runtime pi pinpoint pipes polly pricing profile proton purchaseorders q qapps qbusiness qldb
        quicksight ram rbin rds rds-data rds-preview redshift redshift-data redshift-serverless refactor-spaces
        rekognition reporting-marketplace repostspace resiliencehub resource-explorer-2 resource-groups robomaker
        rolesanywhere route53 route53-recovery-cluster route53-recovery-control-config route53-recovery-readiness
        route53domains route53globalresolver route53profiles route53resolver rtbfabric rum runcommand runtime-v2-lex
        s3 s3-control s3-outposts s3files s3tables s3vectors sagemaker sagemaker-geospatial savingsplans scheduler
        schemas scn sdb secretsmanager security-ir securityagent securityhub securityhubv2 securitylake serverless
        serverlessrepo servicecatalog servicecatalog-appregistry servicediscovery servicequotas ses shield signer
        signin simspaceweaver sms sms-voice snow-device-management snowball sns social-messaging spot spotfleet sqs
        ssm ssm-contacts ssm-guiconnect ssm-incidents ssm-quicksetup ssm-sap sso sso-oauth states storagegateway sts
        support supportapp sustainability swf synthetics tagging tax textract thinclient timestream
        timestream-influxdb tnb transcribe transfer transitgateway translate trustedadvisor user-subscriptions uxc
        vendor-insights verified-access verifiedpermissions vm-import vmie voice-chime voiceid vpc-flow-logs
        vpc-lattice waf waf-regional wafv2 wellarchitected wickr wisdom workdocs worklink workmail workmailmessageflow
        workspaces workspaces-instances workspaces-web xray yarn zocalo elasticmapreduce.slr lambda.alpha
        lexv2.replication license-manager.master-account license-manager.member-account ssm.sap tagpolicies.tag
        transcribe.streaming
        """
}
