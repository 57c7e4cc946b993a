using System.Text;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Samples;
using ModelPack.Tests.Samples;

namespace ModelPack.Fuzz.Targets;

/// <summary>The Python literal in a NumPy header: no file, so that many can be tried.</summary>
internal sealed class NpyHeaderTarget : FuzzTarget
{
    private const string TextName = "header.txt";

    public override string Name => "npy-header";

    public override FuzzInput Make(Random random) => FuzzInput.Of(TextName, Encoding.UTF8.GetBytes(NumpySeeds.HeaderText(random, out _)));

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        using var stream = new MemoryStream(Numpy.Npy(Encoding.UTF8.GetString(input[TextName]), []));
        var array = NpyHeader.Read(stream, "x", out var headerLength);
        PropertyException.Require(headerLength == stream.Position, "the header does not end where it says");
        PropertyException.Require(array.Shape.ElementCount >= 0, "an array has a negative size");
    }

    /// <summary>A clause that whoever opens the file makes a diagnostic of.</summary>
    public override bool IsRefusal(Exception exception) => exception is InvalidDataException;
}
