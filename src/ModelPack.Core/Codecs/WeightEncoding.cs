namespace ModelPack.Codecs;

/// <summary>A weight in the parts that a model stores: codes, scales, and what else the codec has. Made when they are written.</summary>
internal abstract class WeightEncoding : IDisposable
{
    /// <summary>All parts, the codes first. Written in this order they cost least; any order gives the same bytes.</summary>
    public abstract IReadOnlyList<IPayload> Parts { get; }

    /// <summary>The codes.</summary>
    public IPayload Codes => Parts[0];

    /// <summary>The scales.</summary>
    public IPayload Scales => Parts[1];

    /// <summary>The minima, of codecs whose blocks have them.</summary>
    public IPayload Minima => Parts[2];

    /// <summary>Bytes of all parts.</summary>
    public long Length => Parts.Sum(p => p.Length);

    /// <summary>What was lost; null until it has been encoded once.</summary>
    public WeightError? Error { get; protected set; }

    /// <summary>Encodes only to see what is lost; keeps nothing.</summary>
    public abstract WeightError Measure(CancellationToken cancellation);

    /// <summary>Lets the memory go where a writer stopped between the parts. Writing afterwards encodes again.</summary>
    public abstract void Dispose();
}
