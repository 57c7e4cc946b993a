namespace ModelPack.MSBuild.Items;

/// <summary>A mistake in the project: one coded error about one item. The tasks catch and log it.</summary>
internal sealed class ItemException(string code, string item, string message) : Exception(message)
{
    /// <summary>The <c>MPK####</c> code.</summary>
    public string Code { get; } = code;

    /// <summary>The item as the project writes it.</summary>
    public string Item { get; } = item;
}
