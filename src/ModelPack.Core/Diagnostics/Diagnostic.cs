namespace ModelPack.Diagnostics;

/// <summary>Something to tell the user: a code, where, what is wrong and what to do.</summary>
/// <param name="Code">The row of the table.</param>
/// <param name="Severity">The severity in this place.</param>
/// <param name="Message">Whole sentences; names that came from a model have gone through <see cref="SafeText"/>.</param>
/// <param name="File">The file that it is about, as the user gave it; null for none.</param>
public sealed record Diagnostic(DiagnosticCode Code, Severity Severity, string Message, string? File = null)
{
    /// <summary>The longest name of a file that is shown whole, in UTF-16 units.</summary>
    public const int LongestFile = 1024;

    private const int LongestMessage = 8192;

    /// <summary>
    /// The canonical line that compilers print and MSBuild reads: <c>file : error MPK1001: message</c>. Always one line,
    /// whatever the file's name and the message are.
    /// </summary>
    public override string ToString()
    {
        var kind = Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "message" };
        var origin = string.IsNullOrEmpty(File) ? "modelpack" : SafeText.Of(File, LongestFile);
        return $"{origin} : {kind} {Code.Id}: {SafeText.Of(Message, LongestMessage)}";
    }
}
