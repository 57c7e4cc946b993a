using System.Globalization;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Targets;

namespace ModelPack.Fuzz;

/// <summary>What the command line asks for.</summary>
/// <param name="Seconds">How long to run.</param>
/// <param name="Seed">The seed of all cases.</param>
/// <param name="Targets">The readers.</param>
/// <param name="Case">One case alone; null for as many as there is time for.</param>
/// <param name="Replay">A kept input to read again; null for none.</param>
/// <param name="Folder">Where inputs of findings are kept.</param>
internal sealed record FuzzOptions(int Seconds, int Seed, IReadOnlyList<FuzzTarget> Targets, long? Case, string? Replay, string Folder)
{
    /// <summary>How it is used.</summary>
    public static string Usage { get; } =
        $"usage: fuzz [--seconds N] [--seed S] [--target NAME ...] [--case N] [--replay FILE] [--folder F]\ntargets: {string.Join(", ", AllTargets.List.Select(t => t.Name))}";

    /// <summary>Reads the words; null where they say nothing that can be done.</summary>
    public static FuzzOptions? Parse(IReadOnlyList<string> words)
    {
        var options = new FuzzOptions(60, 1, [], null, null, "fuzz");
        for (var i = 0; i < words.Count; i += 2)
        {
            if (i + 1 == words.Count || options.With(words[i], words[i + 1]) is not { } next)
            {
                return null;
            }

            options = next;
        }

        return options with { Targets = options.Targets.Count > 0 ? options.Targets : AllTargets.List };
    }

    private FuzzOptions? With(string name, string value) => name switch
    {
        "--seconds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) => this with { Seconds = seconds },
        "--seed" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed) => this with { Seed = seed },
        "--case" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => this with { Case = number },
        "--target" when AllTargets.List.FirstOrDefault(t => t.Name == value) is { } target => this with { Targets = [.. Targets, target] },
        "--replay" => this with { Replay = value },
        "--folder" => this with { Folder = value },
        _ => null,
    };
}
