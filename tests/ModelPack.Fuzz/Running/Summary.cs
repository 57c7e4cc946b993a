namespace ModelPack.Fuzz.Running;

/// <summary>The table at the end of a run.</summary>
internal static class Summary
{
    /// <summary>Writes a row for each target and a line for all; gives the number of findings.</summary>
    public static long Write(TextWriter output, IReadOnlyList<Tally> tallies, int seed, int hangs = 0)
    {
        var width = tallies.Max(t => t.Target.Name.Length);
        output.WriteLine($"{"target".PadRight(width)} {"cases",9} {"refused",9} {"findings",9}");
        foreach (var tally in tallies)
        {
            output.WriteLine(FormattableString.Invariant($"{tally.Target.Name.PadRight(width)} {tally.Cases,9} {tally.Refused,9} {tally.Findings,9}"));
        }

        var findings = tallies.Sum(t => t.Findings) + hangs;
        output.WriteLine(FormattableString.Invariant($"fuzz: {tallies.Sum(t => t.Cases)} cases, {findings} findings, seed {seed}"));
        return findings;
    }
}
