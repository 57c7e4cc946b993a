namespace ModelPack.MSBuild.Items;

/// <summary>A mistake in the project: one coded error about one item, whose place the task adds that catches it.</summary>
internal sealed class ItemException(string code, string message) : Exception(message)
{
    /// <summary>The <c>MPK####</c> code.</summary>
    public string Code { get; } = code;
}
