import LabFormat

/// Makes a function of a submission that is nothing but its code: zips the folder, makes a role, creates the function.
enum HandlerDeployment {
    /// The program and its arguments, as the box sees them.
    static func command(_ deployment: LabInterface.Deployment) -> [String] {
        [
            "python3", "-c", program, deployment.function, deployment.runtime, deployment.handler,
            "\(deployment.memory)", "\(deployment.timeout)", "/submission",
        ]
    }

    private static let program = """
        import io, json, os, sys, zipfile
        import boto3

        name, runtime, handler, memory, timeout, code = sys.argv[1:]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for folder, _, files in os.walk(code):
                for file in sorted(files):
                    path = os.path.join(folder, file)
                    archive.write(path, os.path.relpath(path, code))
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
        iam = boto3.client("iam")
        role = iam.create_role(RoleName=name + "-role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
        iam.attach_role_policy(
            RoleName=role["RoleName"], PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        )
        api = boto3.client("lambda")
        api.create_function(
            FunctionName=name, Runtime=runtime, Handler=handler, Role=role["Arn"], MemorySize=int(memory),
            Timeout=int(timeout), Code={"ZipFile": buffer.getvalue()},
        )
        api.get_waiter("function_active_v2").wait(FunctionName=name)
        print("deployed", name)
        """
}
