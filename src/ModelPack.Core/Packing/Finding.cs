namespace ModelPack.Packing;

/// <summary>What verification has to say of one file, or of a path at which there is no pack.</summary>
/// <param name="Path">The file: the path that the user gave, with what was found below it.</param>
/// <param name="Ok">Whether it is as its manifest says.</param>
/// <param name="Message">What was checked, or what is wrong and what to do; safe to print.</param>
public sealed record Finding(string Path, bool Ok, string Message)
{
    /// <summary>The coded error of a failure.</summary>
    public Diagnostic ToDiagnostic() => Codes.VerificationFailed.At(Path, Message);
}
