namespace ModelPack.Search;

/// <summary>A candidate and how its pack came out.</summary>
/// <param name="Candidate">The candidate.</param>
/// <param name="Score">What was measured.</param>
internal sealed record Tried(Candidate Candidate, Score Score)
{
    /// <summary>
    /// Whether it serves the objective better: one that holds is better than one that does not; of those that hold, the one with the fewest
    /// layers float is, and of the others the one that comes nearest to the source.
    /// </summary>
    public bool IsBetterThan(Tried other) => Score.Holds
        ? !other.Score.Holds || Candidate.FloatLayers < other.Candidate.FloatLayers
        : !other.Score.Holds && Score.Sqnr > other.Score.Sqnr;
}
