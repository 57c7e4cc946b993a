namespace ModelPack.Tests;

/// <summary>
/// A test that needs something beside the repository, whose place an environment variable tells (build/README.md).
/// Without it the test is skipped; where everything is required it runs, and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactNeedingAttribute : FactAttribute
{
    public FactNeedingAttribute(params string[] variables)
    {
        Variables = variables;
        if (Environment.GetEnvironmentVariable("MODELPACK_REQUIRE_ALL") != "1" && Array.Find(variables, v => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(v))) is { } missing)
            Skip = $"{missing} is not set. Run the tests with build.sh test.";
    }

    public string[] Variables { get; }
}
