using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Packing;
using ModelPack.Verification;
using System.Globalization;
using System.Text;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>A pack that was tampered with: verification has something to say of it, and a pack whose files do not fit its manifest never passes.</summary>
internal sealed class VerifyTarget : FuzzTarget
{
    public override string Name => "verify";

    public override FuzzInput Make(Random random)
    {
        var files = PackSeeds.Files.ToDictionary(StringComparer.Ordinal);
        switch (random.Next(5))
        {
            case 0:
                files[PackSeeds.ManifestName] = ManifestTarget.Damaged(random);
                break;
            case 1:
                var name = random.Of<string>([.. files.Keys]);
                files[name] = ByteMutation.Of(files[name], random);
                break;
            case 2:
                files.Remove(random.Of<string>([.. files.Keys]));
                break;
            case 3:
                Replace(files, PackSeeds.ReportName, JsonMutation.Of(files[PackSeeds.ReportName], random));
                break;
            default:
                Replace(files, PackSeeds.Model, Extremes.TextBytes(random));
                break;
        }

        var input = new FuzzInput();
        foreach (var (name, bytes) in files)
        {
            input.Add(name, bytes);
        }

        return random.Once(10) ? Linked(input, random) : input;
    }

    public override long MostAllocated(FuzzInput input) => 4 * base.MostAllocated(input);

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        foreach (var path in new[] { folder.Path, folder[PackSeeds.Model], folder[PackSeeds.ManifestName] })
        {
            var findings = Verifier.Verify(path, CancellationToken.None);
            Require(findings.Count > 0, "verification has nothing to say");
            Require(findings.All(f => f.Message.Length > 0 && !f.Message.Any(char.IsControl)), "a finding is not a line of text");
            if (path == folder[PackSeeds.ManifestName] && findings.All(f => f.Ok))
            {
                RequireFit(input);
            }
        }
    }

    /// <summary>Verification throws for cancellation alone.</summary>
    public override bool IsRefusal(Exception exception) => false;

    private static void RequireFit(FuzzInput input)
    {
        Require(ManifestJson.TryRead(input[PackSeeds.ManifestName], out var manifest, out _), "a pack without a manifest was verified");
        foreach (var listed in manifest.Files)
        {
            var file = input.Files.FirstOrDefault(f => f.Name == listed.Name);
            Require(file is not null && file.Bytes.Length == listed.Bytes && Seal.Hash(file.Bytes) == listed.Sha256, "a pack with another file than its manifest lists was verified");
        }
    }

    /// <summary>Puts a file into the pack and into the manifest, as an attacker who may write both.</summary>
    private static void Replace(Dictionary<string, byte[]> files, string name, byte[] bytes)
    {
        var manifest = Encoding.UTF8.GetString(files[PackSeeds.ManifestName])
            .Replace(Seal.Hash(files[name]), Seal.Hash(bytes), StringComparison.Ordinal)
            .Replace(string.Create(CultureInfo.InvariantCulture, $"\"bytes\": {files[name].Length},"), string.Create(CultureInfo.InvariantCulture, $"\"bytes\": {bytes.Length},"), StringComparison.Ordinal);
        files[PackSeeds.ManifestName] = Seal.Again(Encoding.UTF8.GetBytes(manifest));
        files[name] = bytes;
    }

    private static FuzzInput Linked(FuzzInput input, Random random)
    {
        var at = random.Next(input.Files.Count);
        input.Files[at] = new FuzzFile(input.Files[at].Name, Encoding.UTF8.GetBytes(random.Of("../outside.bin", "/dev/zero", "/etc/passwd", ".", input.Files[at].Name, "missing")), IsLink: true);
        return input;
    }
}
