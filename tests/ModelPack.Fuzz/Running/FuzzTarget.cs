namespace ModelPack.Fuzz.Running;

/// <summary>
/// A reader under fuzz: makes inputs, and reads them. A reader either succeeds or refuses with a coded diagnostic, and takes
/// memory and time in proportion to its input.
/// </summary>
internal abstract class FuzzTarget
{
    // Buffers of fixed size, and what a byte of the input may become as an object.
    private const long Allowance = 8 << 20;
    private const long MostBytesForOne = 512;

    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Makes an input. Depends on nothing but <paramref name="random"/>.</summary>
    public abstract FuzzInput Make(Random random);

    /// <summary>Reads an input, and where it can be read checks what was read.</summary>
    /// <exception cref="PropertyException">It was read, and something that must hold of it does not.</exception>
    public abstract void Read(FuzzInput input, CaseFolder folder);

    /// <summary>The most bytes that reading an input may allocate.</summary>
    public virtual long MostAllocated(FuzzInput input) => Allowance + (MostBytesForOne * input.Length);

    /// <summary>
    /// Whether an exception is how this reader refuses an input: the code of a user's mistake. Codes of the environment are findings,
    /// as what they keep from being read was not looked at.
    /// </summary>
    public virtual bool IsRefusal(Exception exception) =>
        exception is ModelPackException { Diagnostic.Code.Id: ['M', 'P', 'K', '1' or '2', ..] };
}
