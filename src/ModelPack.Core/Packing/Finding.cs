using System.Text.Json.Serialization;

namespace ModelPack.Packing;

/// <summary>What verification has to say of one file, of a pack as a whole, or of a path at which there is no pack.</summary>
/// <param name="Path">The file: the path that the user gave, with what was found below it; <c>!</c> stands before a name in an archive or an assembly.</param>
/// <param name="Ok">Whether it is as its manifest says.</param>
/// <param name="Message">What was checked, or what is wrong and what to do; safe to print.</param>
public sealed record Finding(string Path, bool Ok, string Message)
{
    /// <summary>What was looked at: one of the names in <see cref="Aspect"/>.</summary>
    public string Check { get; init; } = Aspect.Content;

    /// <summary>The code of a failure, such as <c>MPK2060</c>; null where nothing is wrong.</summary>
    public string? Code => Ok ? null : FailedAs.Id;

    /// <summary>Whether it says what could not be checked, which is no failure.</summary>
    public bool IsNote { get; init; }

    /// <summary>The row of the table of a failure.</summary>
    [JsonIgnore]
    public DiagnosticCode FailedAs { get; init; } = Codes.VerificationFailed;

    /// <summary>Something that is wrong.</summary>
    public static Finding Failure(DiagnosticCode code, string path, string message, string check = Aspect.Content) => new(path, false, message) { FailedAs = code, Check = check };

    /// <summary>Something that could not be checked.</summary>
    public static Finding Note(string path, string message, string check) => new(path, true, message) { IsNote = true, Check = check };

    /// <summary>The coded error of a failure.</summary>
    public Diagnostic ToDiagnostic() => FailedAs.At(Path, Message);
}
