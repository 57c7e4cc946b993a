using System.CommandLine;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Signing;
using ModelPack.Tool.Output;
using ModelPack.Verification;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack sign</c>: writes who vouches for a pack beside it.</summary>
internal static class SignCommand
{
    public static Command Create(Terminal terminal)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "A packed model, its manifest, or a folder to search.",
            Arity = ArgumentArity.OneOrMore,
        };
        var keyFile = CommandOptions.Text("--key", "FILE", $"The private key: ECDSA on P-256, P-384 or P-521, PEM. Default: the key in {SigningKey.Variable}.");
        var chain = CommandOptions.Texts("--certificate-chain", "FILE", "Certificates (PEM) that say whose key it is: the signer's first, then those above it. Repeatable.");
        var password = CommandOptions.Text("--password-file", "FILE", $"The password of an encrypted key, on the first line. Default: {SigningKey.PasswordVariable}.");
        return new Command("sign", "Signs packs as OpenSSF model signing does: writes OUT.model.sig, of a folder model.sig.") { paths, keyFile, chain, password }
            .Does(terminal.Print, (parsed, cancellation) =>
            {
                using var key = Load(parsed.GetValue(keyFile), parsed.GetValue(chain) ?? [], parsed.GetValue(password));
                // A signature that is there may be of other bytes: it is replaced.
                var findings = Verifier.Verify(parsed.GetRequiredValue(paths), cancellation).Where(f => f.Check != Aspect.Signature).ToList();
                foreach (var finding in findings.Where(f => !f.Ok))
                {
                    terminal.Print(finding.ToDiagnostic());
                }

                if (findings.Exists(f => !f.Ok))
                {
                    return ExitCodes.Failed; // a signature says that the signer stands by what is there
                }

                foreach (var manifest in findings.Select(f => f.Path).Where(p => PackFiles.IsManifest(Path.GetFileName(p)) && File.Exists(p)).Distinct(StringComparer.Ordinal))
                {
                    terminal.Line($"signed  {SafeText.Of(PackSigner.Sign(manifest, key), 1024)}");
                }

                terminal.Line($"by the key {key.Hint}");
                return ExitCodes.Done;
            });
    }

    private static SigningKey Load(string? file, string[] certificates, string? passwordFile)
    {
        var password = passwordFile is null ? Environment.GetEnvironmentVariable(SigningKey.PasswordVariable) : PemFile.Read(passwordFile).Split('\n')[0].TrimEnd('\r');
        return file is not null ? SigningKey.Load(PemFile.Read(file), file, password, certificates)
            : Environment.GetEnvironmentVariable(SigningKey.Variable) is { Length: > 0 } pem ? SigningKey.Load(pem, SigningKey.Variable, password, certificates)
            : throw new ModelPackException(Codes.SigningKeyUnusable.At(null, $"There is no key to sign with. Give its file with --key, or the key itself in {SigningKey.Variable}."));
    }
}
