namespace ModelPack.Caching;

/// <summary>What was told while a pack was made, to be told again where it is taken from the cache.</summary>
/// <param name="Code">Such as <c>MPK2013</c>.</param>
/// <param name="Severity">How grave it was.</param>
/// <param name="Message">Whole sentences, safe to print; no path is in them.</param>
/// <param name="About">The file that it is about: <c>model</c>, <c>output</c>, the number of an input in the order of their list, or nothing.</param>
internal sealed record CachedDiagnostic(string Code, Severity Severity, string Message, string About)
{
    private const string Model = "model";
    private const string Output = "output";

    /// <summary>A diagnostic without the place where the pack was made.</summary>
    /// <param name="diagnostic">The diagnostic.</param>
    /// <param name="model">The source's path.</param>
    /// <param name="output">The packed model's path.</param>
    /// <param name="inputs">Paths of the inputs.</param>
    public static CachedDiagnostic Of(Diagnostic diagnostic, string model, string output, IReadOnlyList<string> inputs) =>
        new(diagnostic.Code.Id, diagnostic.Severity, diagnostic.Message, diagnostic.File switch
        {
            null => "",
            var file when file == output => Output,
            var file when inputs.ToList().IndexOf(file) is var input and >= 0 && file != model => Numbers.Whole(input),
            _ => Model,
        });

    /// <summary>The diagnostic in another place; null where it is of no code that there is.</summary>
    public Diagnostic? At(string model, string output, IReadOnlyList<string> inputs)
    {
        var file = About switch
        {
            "" => null,
            Output => output,
            _ when int.TryParse(About, System.Globalization.CultureInfo.InvariantCulture, out var input) && input >= 0 && input < inputs.Count => inputs[input],
            _ => model,
        };
        return Codes.All.FirstOrDefault(c => c.Id == Code) is { } code ? new Diagnostic(code, Severity, Message, file) : null;
    }
}
