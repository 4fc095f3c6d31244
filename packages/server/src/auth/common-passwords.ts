// Ten characters and more that people choose again and again, from published lists of leaked passwords. Shorter ones are refused
// anyway; what is only a word or row repeated, or ends in the usual digits, is found by the code.
const list = `
1234567890 12345678910 123456789a 123456789q 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop qwertyuiop123 qwerty123456
qwerty12345 qwerty1234 qazwsxedcrfv q1w2e3r4t5 q1w2e3r4t5y6 zaq12wsxcde asdfghjkl asdfghjkl1 asdfghjkl; zxcvbnm123 zxcvbnm,./
abcdefghij abcdefghijk abc1234567 abcd123456 abcd1234567 a123456789 aa12345678 aaa1234567 a1b2c3d4e5 a1s2d3f4g5 1a2b3c4d5e
password12 password123 password1234 password12345 password123456 password2020 password2021 password2022 password2023 password2024
password2025 password2026 passw0rd123 p@ssw0rd123 p@ssword123 p@55w0rd123 pass123456 passw0rd12 mypassword mypassword1 thepassword
password!@# password1! password01! password123! password@123 pa$$word123 passwordpassword newpassword changeme123 changeme1234
letmein123 letmein1234 letmeinnow welcome123 welcome1234 welcome2024 welcome2025 welcome2026 welcome@123 welcomehome
admin12345 admin123456 admin@1234 administrator administrator1 superadmin root123456 rootroot12 toor123456 default123 guest12345
test123456 test1234567 testtest12 testing123 testing1234 user123456 username123 login12345 secret1234 secret12345 topsecret1
iloveyou12 iloveyou123 iloveyou1234 iloveyou1! iloveyousomuch iloveyou22 iloveu1234 iloveyou2 iloveyouso ilovejesus ilovemylife
sunshine12 sunshine123 princess12 princess123 princess01 football12 football123 baseball12 baseball123 basketball basketball1
superman12 superman123 batman1234 spiderman1 spiderman123 starwars12 starwars123 pokemon123 pokemon1234 minecraft1 minecraft123
liverpool1 liverpool123 manchester1 manchesterunited arsenal123 chelsea123 barcelona1 realmadrid1 juventus123 bayernmunich
dragon1234 monkey1234 master1234 shadow1234 michael123 jennifer1 jennifer12 charlie123 jordan2323 hunter1234 ashley1234
jessica123 daniel1234 andrew1234 joshua1234 matthew123 christopher christina1 alexander1 alexandra1 elizabeth1 nicholas123
computer12 computer123 internet123 samsung123 microsoft1 google1234 facebook12 facebook123 instagram1 whatever12 whatever123
trustno1234 freedom123 forever123 hello12345 hello123456 helloworld helloworld1 hellohello butterfly1 butterfly12 chocolate1
chocolate12 strawberry strawberry1 blueberry1 watermelon pineapple1 elephant12 mustang1234 corvette12 ferrari123 mercedes12
blink182182 metallica1 slipknot666 nirvana1234 linkinpark eminem1234 jesuschrist jesuslovesme godisgood1 blessed123 heaven1234
summer2020 summer2021 summer2022 summer2023 summer2024 summer2025 summer2026 winter2020 winter2021 winter2022 winter2023
winter2024 winter2025 winter2026 spring2024 spring2025 spring2026 autumn2024 autumn2025 autumn2026 january2024 january2025
company123 business12 monday1234 friday1234 october2024 november2024 december2024 december2025 newyork123 california
correcthorse correcthorsebatterystaple 0123456789 9876543210 0987654321 1029384756 1122334455 1111111111 0000000000 1212121212
1234554321 1234512345 123123123123 1231231231 123321123321 147258369 1472583690 7894561230 987654321a 111222333444 1357924680
2468013579 3141592653 3141592654 1qazxsw23edc !qaz2wsx#edc !qaz2wsx3edc zaq1@wsxcde3 qwer1234asdf asdf1234qwer qweasdzxc123
qweasdzxc1 qwe123qwe123 qwertyqwerty qwertyuiop1 qwertyuiop[] poiuytrewq mnbvcxzlkj lkjhgfdsa1 pokpokpok1 azertyuiop azerty1234
azerty12345 azerty123456 qwertz1234 qwertz12345 qwertzuiop passwort12 passwort123 hallo12345 hallo123456 schalke1904 motdepasse
motdepasse1 contraseña bonjour123 soleil1234 marseille13 doudou1234 chouchou12 contrasena teamo12345 teamo123456 tequieromucho
estrella12 princesa12 futbol1234 123456789abc 12345qwert 12345qwerty 123456qwerty 1234qwerasdf 123qweasdzxc 123qwe123qwe 123abc123abc
12qwaszx12 1234567890- 1234567890q 1234567890a 12345678900 123456789012 1234567891 1234567899 easel12345 easel123456
stablediffusion midjourney1 letmedraw1
`

const withoutEnd = (text: string): string => text.replace(/[\d\W_]+$/u, '')

const words = list.trim().split(/\s+/)
const common: ReadonlySet<string> = new Set(words)
/** The words that most of them are made of: what follows them is guessed just as fast. */
const stems: ReadonlySet<string> = new Set(words.map(withoutEnd).filter(({ length }) => length >= 6))

/** A short piece over and over: `abcabcabcabc`, `aaaaaaaaaa`. */
const repeats = (text: string): boolean => /^(.{1,4}?)\1+.{0,3}$/su.test(text) && new Set(text).size <= 4

/** Whether a password is one of the first that anybody would try. Looks at it without case, and without a few digits and marks at its end. */
export function isCommonPassword(password: string): boolean {
  const text = password.normalize('NFKC').toLowerCase()
  const stem = withoutEnd(text)
  return common.has(text) || (text.length - stem.length <= 6 && stems.has(stem)) || repeats(text)
}
