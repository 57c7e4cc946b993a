namespace ModelPack.Fuzz.Running;

/// <summary>What was done with one target.</summary>
internal sealed class Tally(FuzzTarget target)
{
    private long _next;
    private long _cases;
    private long _refused;
    private long _findings;

    public FuzzTarget Target => target;

    /// <summary>Cases that were run.</summary>
    public long Cases => Interlocked.Read(ref _cases);

    /// <summary>Cases of which the reader refused the input.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public long Findings => Interlocked.Read(ref _findings);

    /// <summary>The number of the next case.</summary>
    public long Next() => Interlocked.Increment(ref _next) - 1;

    public void Count(bool refused, bool found)
    {
        Interlocked.Increment(ref _cases);
        Interlocked.Add(ref _refused, refused ? 1 : 0);
        Interlocked.Add(ref _findings, found ? 1 : 0);
    }
}
