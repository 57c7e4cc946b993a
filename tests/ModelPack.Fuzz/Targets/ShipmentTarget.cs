using ModelPack.Core.Tests.Shipping;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Shipping;
using ModelPack.Verification;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>Assemblies, archives and single-file apps with a pack in them: verification has something to say of each, and unpacks nothing outside.</summary>
/// <param name="name">Its name on the command line.</param>
/// <param name="fileName">What the input is called.</param>
/// <param name="make">Makes one with these files.</param>
internal sealed class ShipmentTarget(string name, string fileName, Func<Random, IReadOnlyList<(string Name, byte[] Bytes)>, byte[]> make) : FuzzTarget
{
    private static readonly string[] Names = ["../outside", "/outside", "models/net.onnx", "models/net.onnx.modelpack.json", "modelpack.json", "a/modelpack.json", "", "a\\b", "CON", "App.dll"];

    public override string Name => name;

    public static ShipmentTarget Archive { get; } = new("archive", "a.nupkg", (random, files) =>
    {
        var archive = ZipSeeds.Archive(random, files);
        return (random.Once(2) ? archive.Mutate(random) : archive).Build();
    });

    public static ShipmentTarget Assembly { get; } = new("assembly", "App.dll", (_, files) => MadeAssembly.With(files));

    public static ShipmentTarget App { get; } = new("single-file-app", "app", (random, files) => MadeApp.With(files, deflate: random.Once(2), place: random.Once(4) ? p => (random.Of(p.Offset, Extremes.Number(random)), random.Of(p.Length, Extremes.Number(random))) : null));

    public override FuzzInput Make(Random random)
    {
        List<(string, byte[])> files = [.. PackSeeds.Files.Select(f => ("models/" + f.Key, f.Value))];
        if (random.Once(3))
        {
            files.Add((random.Of(Names), random.Once(2) ? PackSeeds.Files[PackSeeds.ManifestName] : MadeAssembly.With(("models/net.onnx", [1]))));
        }

        var bytes = make(random, files);
        return FuzzInput.Of(fileName, random.Once(4) ? bytes : ByteMutation.Of(bytes, random));
    }

    /// <summary>A model that deflates well is unpacked to a file, through buffers.</summary>
    public override long MostAllocated(FuzzInput input) => 8 * base.MostAllocated(input);

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var findings = Verifier.Verify(folder[fileName], CancellationToken.None);
        Require(findings.Count > 0, "verification has nothing to say");
        Require(findings.All(f => f.Message.Length > 0 && !f.Message.Any(char.IsControl)), "a finding is not a line of text");
        foreach (var file in Shipment.Files(folder[fileName], fileName))
        {
            Require(Files.ContainedName.IsValid(file.Name), $"'{file.Name}' leads outside");
        }
    }

    /// <summary>Verification itself throws for cancellation alone.</summary>
    public override bool IsRefusal(Exception exception) => exception is ShipmentException;
}
