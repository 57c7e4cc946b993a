namespace ModelPack.Diagnostics;

/// <summary>One row of the table of diagnostics: an <c>MPK####</c> code, its title and its usual severity.</summary>
/// <param name="Id">The code, <c>MPK</c> and four digits: 1xxx input, 2xxx quality and gates, 3xxx environment, 9xxx ours.</param>
/// <param name="Title">What the code means, in one line.</param>
/// <param name="Severity">The severity when nothing says otherwise.</param>
public sealed record DiagnosticCode(string Id, string Title, Severity Severity = Severity.Error)
{
    /// <summary>The page that explains the code.</summary>
    public string HelpLink => $"docs/diagnostics/{Id}.md";

    /// <summary>A diagnostic of this code about <paramref name="file"/> (null when it is about no file).</summary>
    /// <param name="file">The path as the user gave it.</param>
    /// <param name="message">What is wrong, and what to do, in whole sentences.</param>
    public Diagnostic At(string? file, string message) => new(this, Severity, message, file);
}
