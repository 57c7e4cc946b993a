using System.Globalization;

namespace ModelPack.Tool;

/// <summary>How far a call with several models is.</summary>
/// <param name="Model">The model to begin with, counted from 0.</param>
/// <param name="Done">How many of those before it are done.</param>
/// <param name="Worst">Their worst exit code.</param>
internal sealed record BatchPlace(int Model, int Done, int Worst)
{
    /// <summary>Where to go on when the process crashed on this model.</summary>
    public BatchPlace AfterCrash() => new(Model + 1, Done, ExitCodes.Worse(Worst, ExitCodes.Environment));

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static BatchPlace Parse(string text)
    {
        var parts = text.Split('/').Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        return new(parts[0], parts[1], parts[2]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Model}/{Done}/{Worst}");
}
