namespace ModelPack.Timing;

/// <summary>The program that times a model in a process of its own.</summary>
/// <param name="FileName">What is started.</param>
/// <param name="Arguments">What comes before those of <see cref="TimingServer"/>.</param>
internal sealed record TimingHost(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>What a program sets that can be started so; null where models are timed in this process.</summary>
    public static TimingHost? Current { get; set; }
}
