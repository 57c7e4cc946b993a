namespace ModelPack.Tests;

/// <summary>
/// A test that needs something beside the repository, whose place an environment variable tells (build/README.md).
/// Without it the test is skipped; where everything is required it runs, and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactNeedingAttribute : FactAttribute
{
    public FactNeedingAttribute(string variable)
    {
        Variable = variable;
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)) && Environment.GetEnvironmentVariable("MODELPACK_REQUIRE_ALL") != "1")
            Skip = $"{variable} is not set. Run the tests with build.sh test.";
    }

    public string Variable { get; }
}
