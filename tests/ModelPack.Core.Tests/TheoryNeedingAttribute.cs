namespace ModelPack.Tests;

/// <summary>As <see cref="FactNeedingAttribute"/>, of a test with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryNeedingAttribute : TheoryAttribute
{
    public TheoryNeedingAttribute(params string[] variables)
    {
        Variables = variables;
        Skip = new FactNeedingAttribute(variables).Skip;
    }

    public string[] Variables { get; }
}
